using System.Globalization;
using ControlPlane.Testing;

namespace ControlPlane.Faults.Tests;

/// <summary>The resident memory of a server's process, in bytes.</summary>
internal sealed class ServerMemory(string folder)
{
    public long Now => Read("VmRSS:");

    /// <summary>The most there was since <see cref="ForgetPeak"/>.</summary>
    public long Peak => Read("VmHWM:");

    public static ServerMemory Of(ServerProcess server) => new($"/proc/{server.ProcessId}");

    /// <summary>The kernel counts the peak anew from here (proc(5), clear_refs).</summary>
    public void ForgetPeak() => File.WriteAllText($"{folder}/clear_refs", "5");

    private long Read(string key)
    {
        var line = File.ReadLines($"{folder}/status").First(l => l.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line[key.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
    }
}
