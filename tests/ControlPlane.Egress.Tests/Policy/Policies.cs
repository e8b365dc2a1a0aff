using System.Net;
using ControlPlane.Egress.Policy;

namespace ControlPlane.Egress.Tests.Policy;

/// <summary>The guard's pure parts, built as the registration would build them.</summary>
internal static class Policies
{
    public static AddressPolicy Addresses(params string[] allowedNetworks) => Addresses([], allowedNetworks);

    public static AddressPolicy Addresses(IEnumerable<IPEndPoint> ownListeners, params string[] allowedNetworks)
    {
        var own = new OwnListeners(() => [IPAddress.Parse("192.0.2.10"), IPAddress.Parse("2001:db8::10")]);
        own.Set(ownListeners);
        return new AddressPolicy([.. allowedNetworks.Select(Network)], own);
    }

    public static UrlPolicy Urls(params string[] allowedNetworks) => new(Addresses(allowedNetworks), Ports());

    public static PortSet Ports(string text = "443, 1024-65535")
    {
        Assert.True(PortSet.TryParse(text, out var ports, out var fault), fault);
        return ports;
    }

    public static string[] Reasons(this UrlVerdict verdict) => [.. verdict.Violations.Select(violation => violation.Reason)];

    private static IPNetwork Network(string text)
    {
        Assert.True(Cidr.TryParse(text, out var network), text);
        return network;
    }
}
