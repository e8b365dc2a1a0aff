using System.Runtime.InteropServices;

namespace ControlPlane.Storage.Embedded;

/// <summary>Syncs a directory, so that a file's new name in it survives a power cut. The base library opens no directories.</summary>
internal static partial class DirectorySync
{
    private const int ReadOnly = 0;

    /// <exception cref="IOException">It could not be synced.</exception>
    public static void Flush(string path)
    {
        // Windows writes names through its journal and has no such call.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = open(path, ReadOnly);
        var failed = descriptor < 0 || fsync(descriptor) != 0;
        var error = Marshal.GetLastPInvokeErrorMessage();
        if (descriptor >= 0)
        {
            _ = close(descriptor);
        }

        if (failed)
        {
            throw new IOException($"The directory '{path}' could not be synced: {error}");
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
