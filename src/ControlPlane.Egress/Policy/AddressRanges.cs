using System.Net;

namespace ControlPlane.Egress.Policy;

/// <summary>
/// What is not the public internet. Names and blocks from the IANA IPv4 and IPv6 special-purpose address registries
/// (RFC 6890 and successors), the multicast registries, and, last in the IPv4 table, one block that no registry lists
/// but that a large cloud gives to every guest as its platform's address.
/// </summary>
internal static class AddressRanges
{
    public static IReadOnlyList<AddressRange> DeniedIPv4 { get; } =
    [
        Range("0.0.0.0/8", "this network"),
        Range("10.0.0.0/8", "private use"),
        Range("100.64.0.0/10", "shared address space"),
        Range("127.0.0.0/8", "loopback"),
        Range("169.254.0.0/16", "link local"),
        Range("172.16.0.0/12", "private use"),
        Range("192.0.0.0/24", "IETF protocol assignments"),
        Range("192.0.2.0/24", "documentation (TEST-NET-1)"),
        Range("192.31.196.0/24", "AS112-v4"),
        Range("192.52.193.0/24", "AMT"),
        Range("192.88.99.0/24", "6to4 relay anycast"),
        Range("192.168.0.0/16", "private use"),
        Range("192.175.48.0/24", "direct delegation AS112 service"),
        Range("198.18.0.0/15", "benchmarking"),
        Range("198.51.100.0/24", "documentation (TEST-NET-2)"),
        Range("203.0.113.0/24", "documentation (TEST-NET-3)"),
        Range("224.0.0.0/4", "multicast"),
        Range("255.255.255.255/32", "limited broadcast"),
        Range("240.0.0.0/4", "reserved"),
        Range("168.63.129.16/32", "cloud platform address"),
    ];

    /// <summary>The only IPv6 block that is public at all; everything outside it is denied.</summary>
    public static IPNetwork GlobalUnicast { get; } = IPNetwork.Parse("2000::/3");

    /// <summary>Denied inside <see cref="GlobalUnicast"/>.</summary>
    public static IReadOnlyList<AddressRange> DeniedGlobalUnicast { get; } =
    [
        Range("2001::/23", "IETF protocol assignments"),
        Range("2001:db8::/32", "documentation"),
        Range("2002::/16", "6to4"),
        Range("3fff::/20", "documentation"),
        Range("2620:4f:8000::/48", "direct delegation AS112 service"),
    ];

    /// <summary>Names for what lies outside <see cref="GlobalUnicast"/>; they decide nothing but the message.</summary>
    public static IReadOnlyList<AddressRange> NamedOutsideGlobalUnicast { get; } =
    [
        Range("::/128", "unspecified"),
        Range("::1/128", "loopback"),
        Range("::/96", "IPv4-compatible"),
        Range("64:ff9b::/96", "IPv4-IPv6 translation"),
        Range("64:ff9b:1::/48", "IPv4-IPv6 translation"),
        Range("100::/64", "discard only"),
        Range("5f00::/16", "segment routing"),
        Range("fc00::/7", "unique local"),
        Range("fe80::/10", "link local"),
        Range("fec0::/10", "site local"),
        Range("ff00::/8", "multicast"),
    ];

    private static AddressRange Range(string network, string name) => new(IPNetwork.Parse(network), name);
}
