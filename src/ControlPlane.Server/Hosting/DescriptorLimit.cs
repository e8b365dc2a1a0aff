using System.Globalization;
using System.Reflection;

namespace ControlPlane.Server.Hosting;

/// <summary>
/// How many connections the limit of open files (RLIMIT_NOFILE) leaves room for. A process that has no file descriptor left cannot
/// open the store's files, and the runtime ends it when it cannot load an assembly; so connections are refused before that.
/// </summary>
/// <param name="Files">The limit. The runtime has raised the soft one to the hard one.</param>
/// <param name="PerListener">How many connections each of the two listeners may take.</param>
/// <param name="ToReceivers">How many connections to receivers may be open.</param>
internal sealed record DescriptorLimit(long Files, int PerListener, int ToReceivers)
{
    /// <summary>What the store, the runtime and the log still open while the server runs.</summary>
    private const int Reserve = 48;

    /// <summary>Fewer for all connections together are not worth starting with.</summary>
    private const int Least = 24;

    /// <summary>Fewer connections of a kind than these are worth a warning, if more were wanted.</summary>
    private const int Few = 1_000;

    /// <summary>Below this limit it matters that assemblies loaded later keep a file open each.</summary>
    private const int Low = 4_096;

    private static readonly DescriptorLimit None = new(long.MaxValue, int.MaxValue, int.MaxValue);

    /// <summary>Whether the connections are fewer than an operator would expect.</summary>
    /// <param name="wanted">The setting of connections per listener.</param>
    public bool IsLow(int wanted) => PerListener < Math.Min(wanted, Few) || ToReceivers < Few;

    /// <summary>Looks at the limit and divides what is left. Where it cannot be seen there is no bound.</summary>
    /// <exception cref="StartupException">Too few are left.</exception>
    public static DescriptorLimit Read() => Limit() is { } limit ? Divide(limit, limit - InUse(limit)) : None;

    /// <summary>Half of what is left is for receivers.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="free">How many of it are left.</param>
    /// <exception cref="StartupException">Too few are left.</exception>
    public static DescriptorLimit Divide(long limit, long free)
    {
        var left = (int)Math.Min(free - Reserve, int.MaxValue);
        return left >= Least ? new(limit, left / 4, left / 2) : throw TooLow(limit, limit - free + Reserve + Least);
    }

    /// <summary>How many are in use, with what the server's own code needs sooner or later: an assembly keeps its file open.</summary>
    private static long InUse(long limit)
    {
        if (limit < Low)
        {
            foreach (var name in AppDomain.CurrentDomain.GetAssemblies().Where(IsOwn).SelectMany(own => own.GetReferencedAssemblies()).ToList())
            {
                if (limit - Open() < Least)
                {
                    throw TooLow(limit, limit + Reserve + Least);
                }

                Assembly.Load(name);
            }
        }

        return Open();
    }

    private static bool IsOwn(Assembly assembly) => assembly.GetName().Name!.StartsWith(nameof(ControlPlane), StringComparison.Ordinal);

    private static StartupException TooLow(long limit, long needed) => new(
        $"The limit of open files is {limit}, which is too low to serve with. Raise it (ulimit -n, LimitNOFILE) to {needed} at least; 20000 is ample");

    private static int Open() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private static long? Limit()
    {
        try
        {
            var line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            var soft = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
            return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
