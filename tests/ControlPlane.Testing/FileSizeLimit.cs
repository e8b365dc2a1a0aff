using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ControlPlane.Testing;

/// <summary>
/// The limit of file sizes of a running process (RLIMIT_FSIZE of Linux): writes beyond it fail, and go on when it is lifted. A disk
/// that is full for a while, which needs neither a disk nor privileges.
/// </summary>
internal static partial class FileSizeLimit
{
    private const int Resource = 1;

    /// <summary>Sets it, or lifts it as far as the process may (null).</summary>
    public static void Set(int processId, long? bytes)
    {
        Limit limit = default;
        Check(prlimit(processId, Resource, 0, ref limit));
        limit.Current = bytes is { } most ? (ulong)most : limit.Most;
        Check(prlimit(processId, Resource, ref limit, 0));
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prlimit(int processId, int resource, nint replacement, ref Limit before);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prlimit(int processId, int resource, ref Limit replacement, nint before);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Current;
        public ulong Most;
    }
}
