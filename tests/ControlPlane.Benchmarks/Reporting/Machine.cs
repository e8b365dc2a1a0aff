using System.Runtime;
using System.Runtime.InteropServices;

namespace ControlPlane.Benchmarks.Reporting;

/// <summary>What the figures were measured on.</summary>
internal sealed record Machine
{
    private const double Gibibyte = 1L << 30;

    public required int Cores { get; init; }
    public required string Processor { get; init; }
    public required double MemoryGiB { get; init; }
    public required string System { get; init; }
    public required string Runtime { get; init; }

    /// <summary>How this process, in which the bare loop and the publishers run, collects garbage.</summary>
    public required string GarbageCollector { get; init; }

    /// <summary>How the server does.</summary>
    public required string ServerGarbageCollector { get; init; }

    /// <summary>What the stores lie on.</summary>
    public required string FileSystem { get; init; }

    public static Machine Describe(string folder, bool serverCollectsAsServer) => new()
    {
        Cores = Environment.ProcessorCount,
        Processor = $"{ProcessorName()} {RuntimeInformation.ProcessArchitecture}".Trim(),
        MemoryGiB = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Gibibyte, 1),
        System = RuntimeInformation.OSDescription,
        Runtime = RuntimeInformation.FrameworkDescription,
        GarbageCollector = Name(GCSettings.IsServerGC),
        ServerGarbageCollector = Name(serverCollectsAsServer),
        FileSystem = FileSystemOf(folder),
    };

    public override string ToString() =>
        $"{Cores} cores ({Processor}), {MemoryGiB} GiB, {System}, {Runtime}, stores on {FileSystem}; "
        + $"GC: server process {ServerGarbageCollector}, benchmark {GarbageCollector}";

    private static string Name(bool server) => server ? "server" : "workstation";

    private static string ProcessorName()
    {
        const string Key = "model name";
        var line = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(each => each.StartsWith(Key, StringComparison.Ordinal))
            : null;
        return line is null ? "" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static string FileSystemOf(string folder) => DriveInfo.GetDrives()
        .Where(drive => drive.IsReady && folder.StartsWith(drive.Name, StringComparison.Ordinal))
        .OrderByDescending(drive => drive.Name.Length)
        .FirstOrDefault()?.DriveFormat ?? "unknown";
}
