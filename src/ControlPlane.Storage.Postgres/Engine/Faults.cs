using System.Net.Sockets;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>What the database's errors mean.</summary>
internal static class Faults
{
    /// <summary>Returns whether a transaction that was not committed can simply be done again.</summary>
    public static bool IsConflict(Exception exception) => exception is PostgresException
    {
        SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation
            or PostgresErrorCodes.ForeignKeyViolation,
    };

    /// <summary>Returns whether the connection broke, or the database is not there or not up to it now.</summary>
    public static bool IsOutage(Exception exception) => exception switch
    {
        PostgresException fault => fault.SqlState[..2] is "08" or "53" or "57" or "58" or "25" or "55" || IsConflict(fault),
        NpgsqlException or TimeoutException or SocketException or IOException or ObjectDisposedException => true,
        _ => IsGone(exception),
    };

    /// <summary>Returns what callers of the store get for an exception.</summary>
    public static Exception Translate(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted } fault =>
            new StorageDamagedException($"The database is damaged: {fault.MessageText}", fault),
        PostgresException fault when IsOutage(fault) => new StorageUnavailableException(
            $"The database does not take it: {fault.MessageText}", fault)
        { NoRoom = fault.SqlState == PostgresErrorCodes.DiskFull },
        _ when IsOutage(exception) => new StorageUnavailableException($"The database cannot be reached: {exception.Message}", exception),
        _ => exception,
    };

    /// <summary>
    /// Returns whether a connection was used that the driver had given up between two commands, as it does when the database ended the
    /// session: it tells of that in no type of its own, and in the moment of giving up it has nothing where the connection was.
    /// </summary>
    private static bool IsGone(Exception exception) =>
        exception is InvalidOperationException or NullReferenceException
        && exception.Source == typeof(NpgsqlConnection).Assembly.GetName().Name;
}
