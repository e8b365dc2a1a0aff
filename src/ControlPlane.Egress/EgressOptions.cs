namespace ControlPlane.Egress;

/// <summary>Where the system may send to, section <c>ControlPlane:Egress</c>. Validated at start.</summary>
internal sealed class EgressOptions
{
    public const string Section = "ControlPlane:Egress";

    /// <summary>
    /// CIDR networks exempt from the address guard, for development and internal receivers. While any is set, host names
    /// that only a private network can answer for are accepted too; the addresses they resolve to are still judged.
    /// </summary>
    /// <value>Default: empty. One comma-separated text, or a list.</value>
    public IReadOnlyList<string> AllowedNetworks { get; set; } = [];

    /// <summary>Ports a webhook URL may name, single or as ranges.</summary>
    /// <value>Default: <c>443, 1024-65535</c>. One comma-separated text, or a list.</value>
    public string AllowedPorts { get; set; } = "443, 1024-65535";

    /// <summary>Path of a PEM bundle of root certificates trusted besides the system's.</summary>
    /// <value>Default: none.</value>
    public string? TrustedCertificates { get; set; }

    /// <summary>
    /// Forward proxy for every request: <c>http</c>, <c>https</c>, <c>socks4</c>, <c>socks4a</c> or <c>socks5</c>, with
    /// credentials as user info where it wants them. Its own address is exempt from the guard.
    /// </summary>
    /// <remarks>
    /// Given up with a proxy: the proxy resolves the names, so the guard sees only the URL (literal addresses, private
    /// names, ports) and never the address that is dialed. A public name pointing at a private address, and a name of
    /// this server's own listeners, must then be refused by the proxy. The remote address of an attempt is unknown.
    /// </remarks>
    /// <value>Default: none; connections are made directly and the environment's proxy settings are ignored.</value>
    public string? Proxy { get; set; }
}
