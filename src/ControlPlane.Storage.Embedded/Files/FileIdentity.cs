using System.Runtime.InteropServices;

namespace ControlPlane.Storage.Embedded;

/// <summary>Which file a path leads to, and how many names it has. Known on Linux, by <c>statx</c>; the base library does not say.</summary>
internal readonly partial record struct FileIdentity(ulong Device, ulong Inode)
{
    private const int CurrentDirectory = -100;
    private const uint BasicStats = 0x7ff;

    /// <summary>Returns what is at a path; null if nothing is, or the system does not say.</summary>
    public static FileIdentity? Of(string path) => Read(path) is { } found ? new(found.Device, found.Inode) : null;

    /// <summary>Returns how many names the file at a path has; null if there is none, or the system does not say.</summary>
    public static uint? CountNames(string path) => Read(path)?.Links;

    /// <summary>Returns the path without links in any of its parts. The file itself need not exist.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public static string ResolvePath(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return path;
        }

        if (new FileInfo(path).LinkTarget is { } target && !File.Exists(path))
        {
            return ResolvePath(Path.GetFullPath(target, Path.GetDirectoryName(path)!));
        }

        return File.Exists(path)
            ? Real(path)
            : Path.Combine(Real(Path.GetDirectoryName(path)!), Path.GetFileName(path));
    }

    private static string Real(string path)
    {
        var resolved = realpath(path, 0);
        if (resolved == 0)
        {
            throw new IOException($"'{path}' cannot be resolved: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        try
        {
            return Marshal.PtrToStringUTF8(resolved)!;
        }
        finally
        {
            free(resolved);
        }
    }

    private static Status? Read(string path) =>
        OperatingSystem.IsLinux() && statx(CurrentDirectory, path, 0, BasicStats, out var status) == 0 ? status : null;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, out Status status);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint realpath(string path, nint resolved);

    [LibraryImport("libc")]
    private static partial void free(nint memory);

    /// <summary>The parts of <c>struct statx</c> that are used; it is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct Status
    {
        [FieldOffset(16)]
        public readonly uint Links;

        [FieldOffset(32)]
        public readonly ulong Inode;

        [FieldOffset(136)]
        private readonly uint _deviceMajor;

        [FieldOffset(140)]
        private readonly uint _deviceMinor;

        public ulong Device => ((ulong)_deviceMajor << 32) | _deviceMinor;
    }
}
