using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>What errors mean to callers of the store.</summary>
internal static class LiteDbFaults
{
    private const int NoSpace = 28;
    private const int TooLarge = 27;
    private const int Quota = 122;
    private const int DiskFull = 112;

    /// <summary>Returns the exception for callers of the store, and reports damage.</summary>
    public static Exception Translate(this Damage damage, Exception exception)
    {
        if (exception is DamagedStoreException or LiteException { ErrorCode: LiteException.INVALID_DATAFILE_STATE })
        {
            damage.Report(Describe(exception));
            return new StorageDamagedException($"The store is damaged: {Describe(exception)}.", exception);
        }

        return exception is IOException or UnauthorizedAccessException
            ? new StorageUnavailableException($"The store cannot be used now: {Describe(exception)}.", exception) { NoRoom = IsNoRoom(exception) }
            : exception;
    }

    /// <summary>An exception's message, to go on with in one line.</summary>
    public static string Describe(Exception exception) => exception.Message.ReplaceLineEndings(" ").TrimEnd('.');

    private static bool IsNoRoom(Exception exception) =>
        exception is IOException && (exception.HResult & 0xffff) is NoSpace or TooLarge or Quota or DiskFull;
}
