using System.Globalization;

namespace ControlPlane.Testing;

/// <summary>Which process of this machine has an end of a connection within it.</summary>
public static class LocalSockets
{
    private const int LocalColumn = 1;
    private const int RemoteColumn = 2;
    private const int InodeColumn = 9;
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>The connection's end as the system numbers it; null if no process has it (any more).</summary>
    /// <param name="port">The port of that end.</param>
    /// <param name="target">The port of the other end.</param>
    public static string? Find(int port, int target)
    {
        var (local, remote) = (Ending(port), Ending(target));
        return Tables.SelectMany(File.ReadLines).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(row => row[LocalColumn].EndsWith(local, StringComparison.Ordinal) && row[RemoteColumn].EndsWith(remote, StringComparison.Ordinal))
            is { } found && found[InodeColumn] != "0" ? found[InodeColumn] : null;
    }

    /// <summary>Whether a process has it.</summary>
    public static bool IsOf(int processId, string socket)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{processId}/fd").Any(file => IsLinkTo(file, $"socket:[{socket}]"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has just ended.
            return false;
        }
    }

    private static bool IsLinkTo(string file, string target)
    {
        try
        {
            return new FileInfo(file).LinkTarget == target;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was closed meanwhile.
            return false;
        }
    }

    private static string Ending(int port) => string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
}
