using System.Globalization;

namespace ControlPlane.Server.Hosting;

/// <summary>
/// How many connections the limit of file descriptors leaves room for. A server that has none left cannot open the store's files or
/// load what it needs, and ends; so new connections are refused before that. The runtime raises the soft limit to the hard one by
/// itself.
/// </summary>
internal static class DescriptorLimit
{
    /// <summary>What the store, the runtime and the log open while the server runs.</summary>
    private const int Reserve = 64;

    private const int Least = 8;

    /// <summary>Fewer connections per listener than these are worth a warning, if more were wanted.</summary>
    public const int Few = 1_000;

    /// <summary>How many connections each of two listeners may take: half of what is left is for connections to receivers.</summary>
    /// <param name="wanted">The setting.</param>
    public static int Bound(int wanted) => Free() is { } free ? Bound(wanted, free) : wanted;

    /// <param name="wanted">The setting.</param>
    /// <param name="free">How many descriptors are left.</param>
    public static int Bound(int wanted, long free) => (int)Math.Min(wanted, Math.Max(Least, (free - Reserve) / 4));

    /// <summary>How many descriptors are left; null where that is not known.</summary>
    private static long? Free()
    {
        try
        {
            var line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            var soft = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
            return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
                ? limit - Directory.GetFileSystemEntries("/proc/self/fd").Length
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
