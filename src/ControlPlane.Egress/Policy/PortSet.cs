using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace ControlPlane.Egress.Policy;

/// <summary>A set of TCP ports, written as <c>443, 1024-65535</c>.</summary>
internal sealed class PortSet
{
    private readonly (int First, int Last)[] _ranges;

    private PortSet((int First, int Last)[] ranges) => _ranges = ranges;

    public bool Contains(int port) => Array.Exists(_ranges, range => range.First <= port && port <= range.Last);

    public override string ToString() =>
        string.Join(", ", _ranges.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}"));

    public static bool TryParse(string? text, [NotNullWhen(true)] out PortSet? ports, out string fault)
    {
        ports = null;
        var entries = (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (entries.Length == 0)
        {
            fault = "names no port";
            return false;
        }

        var ranges = new (int First, int Last)[entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var bounds = entries[i].Split('-', 2, StringSplitOptions.TrimEntries);
            if (!TryPort(bounds[0], out var first) || !TryPort(bounds[^1], out var last) || last < first)
            {
                fault = $"\"{entries[i]}\" is not a port or a range of ports (1-65535)";
                return false;
            }

            ranges[i] = (first, last);
        }

        ports = new PortSet(ranges);
        fault = "";
        return true;
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= IPEndPoint.MaxPort;
}
