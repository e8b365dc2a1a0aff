using System.Text;

namespace ControlPlane.Storage.LiteDb;

/// <summary>What is in a file that shall be a store.</summary>
internal static class StoreFile
{
    private const int LiteDbMarkAt = 32;
    private const string LiteDbMark = "** This is a LiteDB file **";

    /// <summary>Refuses a file that LiteDB would take for something else than it is. Every page of a store begins at a multiple of its size.</summary>
    /// <exception cref="DamagedStoreException">It is no LiteDB file.</exception>
    public static void Check(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        var first = new byte[LogFrame.PageSize];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var read = file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        if (read > 0 && (read < first.Length || !IsMarked(first)))
        {
            throw new DamagedStoreException("it is no LiteDB file");
        }
    }

    /// <summary>Empties a file that a first start was about to begin with when it was cut: it has less than its first page. What somebody else
    /// put there stays.</summary>
    public static void ClearUnfinished(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length > LogFrame.PageSize)
        {
            return;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var first = new byte[LogFrame.PageSize];
        var read = file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        if (!first.AsSpan().ContainsAnyExcept((byte)0) || (read < first.Length && IsMarked(first)))
        {
            file.SetLength(0);
        }
    }

    private static bool IsMarked(byte[] page) => Encoding.ASCII.GetString(page, LiteDbMarkAt, LiteDbMark.Length) == LiteDbMark;
}
