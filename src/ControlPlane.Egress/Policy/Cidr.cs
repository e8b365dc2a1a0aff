using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Egress.Policy;

/// <summary>
/// CIDR networks as an operator writes them. Stricter than <see cref="IPNetwork"/>, which reads <c>10/8</c> as
/// <c>0.0.0.0/8</c>, <c>010.0.0.0/8</c> as octal, and drops host bits: an exemption must mean what it says.
/// </summary>
internal static class Cidr
{
    private const int MappedPrefix = 96;

    /// <summary>Networks of IPv4-mapped addresses come back as the IPv4 network, the form addresses are judged in.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        if (text.Contains('%', StringComparison.Ordinal) || !IPNetwork.TryParse(text, out var parsed))
        {
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var canonicalPrefix = parsed.PrefixLength.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (!IPAddress.TryParse(text.AsSpan(0, slash), out var written)
            || !written.Equals(parsed.BaseAddress)
            || !text.AsSpan(slash + 1).SequenceEqual(canonicalPrefix)
            || (written.AddressFamily == AddressFamily.InterNetwork && !text.AsSpan(0, slash).SequenceEqual(written.ToString())))
        {
            return false;
        }

        network = written.IsIPv4MappedToIPv6 && parsed.PrefixLength >= MappedPrefix
            ? new IPNetwork(written.MapToIPv4(), parsed.PrefixLength - MappedPrefix)
            : parsed;
        return true;
    }
}
