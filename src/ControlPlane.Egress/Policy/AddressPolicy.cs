using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Egress.Policy;

/// <summary>
/// The address guard: which addresses a connection may go to. An IPv4-mapped IPv6 address is judged as the IPv4 address
/// it stands for, against the denied ranges and against the operator's allowed networks alike.
/// </summary>
internal sealed class AddressPolicy(IReadOnlyList<IPNetwork> allowedNetworks, OwnListeners ownListeners)
{
    /// <summary>True when the operator exempted any network, so that private names may lead somewhere allowed.</summary>
    public bool HasAllowedNetworks => allowedNetworks.Count > 0;

    /// <summary>Completes when the server's own listeners are known; before, what is judged may not be dialed.</summary>
    public Task Ready => ownListeners.Known;

    /// <summary>Judges where a connection would end: the server's own listeners are refused before all else.</summary>
    public AddressVerdict Judge(IPEndPoint endpoint) =>
        ownListeners.Include(endpoint)
            ? AddressVerdict.Denied($"a listener of this server (port {endpoint.Port})")
            : Judge(endpoint.Address);

    public AddressVerdict Judge(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0)
        {
            return AddressVerdict.Denied("an address with a zone id");
        }

        var judged = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in allowedNetworks)
        {
            if (network.Contains(judged))
            {
                return AddressVerdict.Allowed;
            }
        }

        return judged.AddressFamily switch
        {
            AddressFamily.InterNetwork => Deny(AddressRanges.DeniedIPv4, judged) ?? AddressVerdict.Allowed,
            AddressFamily.InterNetworkV6 when AddressRanges.GlobalUnicast.Contains(judged) =>
                Deny(AddressRanges.DeniedGlobalUnicast, judged) ?? AddressVerdict.Allowed,
            _ => Deny(AddressRanges.NamedOutsideGlobalUnicast, judged)
                ?? AddressVerdict.Denied($"outside global unicast ({AddressRanges.GlobalUnicast})"),
        };
    }

    private static AddressVerdict? Deny(IReadOnlyList<AddressRange> ranges, IPAddress address)
    {
        foreach (var range in ranges)
        {
            if (range.Network.Contains(address))
            {
                return AddressVerdict.Denied(range.ToString());
            }
        }

        return null;
    }
}
