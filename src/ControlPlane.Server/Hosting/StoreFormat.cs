namespace ControlPlane.Server.Hosting;

/// <summary>Which engine a store's file is of, by its first bytes, so that no engine is asked to open another one's store.</summary>
internal static class StoreFormat
{
    public const string LiteDb = "litedb";
    public const string Sqlite = "sqlite";
    private const int LiteDbMarkAt = 32;

    private static ReadOnlySpan<byte> LiteDbMark => "** This is a LiteDB file **"u8;

    private static ReadOnlySpan<byte> SqliteMark => "SQLite format 3\0"u8;

    /// <summary>Returns the engine's name; null if there is no such file, or the file is of neither.</summary>
    public static string? Find(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Span<byte> first = stackalloc byte[128];
            first = first[..file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
            return first.StartsWith(SqliteMark) ? Sqlite
                : first.Length > LiteDbMarkAt && first[LiteDbMarkAt..].StartsWith(LiteDbMark) ? LiteDb
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The engine that opens it says what is wrong with it.
            return null;
        }
    }
}
