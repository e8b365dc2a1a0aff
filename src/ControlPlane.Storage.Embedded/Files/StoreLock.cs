using System.Text;

namespace ControlPlane.Storage.Embedded;

/// <summary>Says that a store has an owner. The operating system drops it with the process, however that ends.</summary>
internal static class StoreLock
{
    /// <summary>Takes the lock of a store.</summary>
    /// <param name="path">The store's file, without links in any part of the path: a link must not lead around the lock.</param>
    /// <exception cref="StorageOpenException">It is in use, or its file has a second name, by which another process could lock it.</exception>
    public static FileStream Take(string path)
    {
        if (File.Exists(path) && FileIdentity.CountNames(path) is > 1)
        {
            throw new StorageOpenException(
                $"The store '{path}' has more than one name (hard links), so that two servers could open it at once. Remove the others.");
        }

        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new FileStream(path + ".lock", options);
        }
        catch (IOException exception) when (IsTaken(exception))
        {
            throw new StorageOpenException($"The store '{path}' is in use by another process.", exception);
        }
    }

    /// <summary>Refuses to take for new a store that is gone: the file that says who owns it also says that there was one.</summary>
    /// <exception cref="StorageOpenException">There is no store any more.</exception>
    public static void CheckPresence(FileStream storeLock, string path)
    {
        if (storeLock.Length > 0 && new FileInfo(path) is { Exists: false } or { Length: 0 })
        {
            throw new StorageOpenException(
                $"The store '{path}' is gone: there was one, and now the file is missing or empty. "
                + $"Put a backup in its place, or remove '{path}.lock' and the files beside it to begin a new one.");
        }
    }

    /// <summary>Says that there is a store.</summary>
    public static void NotePresence(FileStream storeLock, string storeId)
    {
        var note = Encoding.ASCII.GetBytes(storeId + "\n");
        if (storeLock.Length != note.Length)
        {
            storeLock.SetLength(0);
            storeLock.Write(note);
            storeLock.Flush(flushToDisk: true);
        }
    }

    /// <summary>Whether another process has it, and not that the file cannot be written to. The base library distinguishes them by number only.</summary>
    private static bool IsTaken(IOException exception) => (exception.HResult & 0xffff) is
        11 /* EAGAIN on Linux */ or 35 /* EAGAIN on macOS */ or 32 /* ERROR_SHARING_VIOLATION */;
}
