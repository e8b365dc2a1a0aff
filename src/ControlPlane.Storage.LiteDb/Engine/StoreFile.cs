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

    private static bool IsMarked(byte[] page) => Encoding.ASCII.GetString(page, LiteDbMarkAt, LiteDbMark.Length) == LiteDbMark;
}
