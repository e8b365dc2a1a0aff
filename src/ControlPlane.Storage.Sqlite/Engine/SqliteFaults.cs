using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>What SQLite's errors mean to callers of the store.</summary>
internal static class SqliteFaults
{
    /// <summary>Returns the exception for callers of the store, and reports damage.</summary>
    public static Exception Translate(this Damage damage, Exception exception)
    {
        if (exception is SqliteException { IsDamage: true } found)
        {
            damage.Report(found.Message);
            return new StorageDamagedException($"The store is damaged: {found.Message}.", found);
        }

        return exception is SqliteException { IsOutage: true } outage
            ? new StorageUnavailableException($"The store cannot be used now: {outage.Message}.", outage) { NoRoom = outage.IsNoRoom }
            : exception;
    }
}
