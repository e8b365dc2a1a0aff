using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Egress.Policy;

/// <summary>
/// Judges a webhook URL when it is written. It works on the text and builds the <see cref="Uri"/> last, from parts
/// already in canonical form; then the two must agree. A fragment is refused rather than dropped: it is never sent, so whoever
/// wrote one expects something that will not happen.
/// </summary>
internal sealed class UrlPolicy(AddressPolicy addresses, PortSet ports)
{
    public const int MaxLength = 2048;

    private const int DefaultPort = 443;

    private static readonly SearchValues<char> IPv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    public UrlVerdict Check(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return UrlVerdict.Refused(new UrlViolation(UrlReason.Empty, "A URL is required."));
        }

        if (text.Length > MaxLength)
        {
            return TooLong();
        }

        if (!UrlText.TryRead(text, out var url, out var fault))
        {
            return UrlVerdict.Refused(new UrlViolation(UrlReason.Malformed, $"The URL {fault}."));
        }

        var violations = new List<UrlViolation>();
        if (!url.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase))
        {
            violations.Add(new UrlViolation(UrlReason.NotHttps, $"The URL's scheme is {url.Scheme}; it must be https."));
        }

        if (url.HasUserInfo)
        {
            violations.Add(new UrlViolation(
                UrlReason.HasUserInfo, "The URL carries user information before its host; put credentials in a header."));
        }

        if (url.HasFragment)
        {
            violations.Add(new UrlViolation(UrlReason.HasFragment, "The URL has a fragment, which is never sent."));
        }

        var port = CheckPort(url, violations);
        var host = url.IsBracketed ? CheckIPv6(url.Host, port, violations) : CheckName(url.Host, port, violations);
        return violations.Count > 0 ? UrlVerdict.Refused(violations) : Build(host, port, url.Tail);
    }

    private int CheckPort(UrlText url, List<UrlViolation> violations)
    {
        if (url.Port is null)
        {
            if (!ports.Contains(DefaultPort))
            {
                violations.Add(PortNotAllowed($"{DefaultPort} (the default of https)"));
            }

            return DefaultPort;
        }

        if (url.Port.Length == 0 || url.Port.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0)
        {
            violations.Add(new UrlViolation(UrlReason.Malformed, "The URL's port is not a number."));
            return DefaultPort;
        }

        var isNumber = int.TryParse(url.Port, NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        if (!isNumber || !ports.Contains(port))
        {
            violations.Add(PortNotAllowed(url.Port));
        }

        return port;
    }

    private string CheckIPv6(string host, int port, List<UrlViolation> violations)
    {
        if (host.Contains('%', StringComparison.Ordinal))
        {
            violations.Add(new UrlViolation(UrlReason.AddressBlocked, "The URL's address has a zone id."));
        }
        else if (host.AsSpan().IndexOfAnyExcept(IPv6Characters) >= 0
            || !IPAddress.TryParse(host, out var address)
            || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            violations.Add(new UrlViolation(UrlReason.Malformed, $"\"[{host}]\" is not an IPv6 address."));
        }
        else
        {
            CheckAddress(address, port, violations);
        }

        return $"[{host}]";
    }

    private string CheckName(string host, int port, List<UrlViolation> violations)
    {
        var folded = HostName.Fold(host);
        var name = HostName.ToAscii(host);
        if (Array.Find([folded, name ?? ""], Ipv4Spelling.IsNumeric) is { } numeric)
        {
            CheckIPv4(host, numeric, port, violations);
            return host;
        }

        if (name is null)
        {
            violations.Add(new UrlViolation(UrlReason.Malformed, $"\"{host}\" is not a host name."));
        }

        if (folded.Length > 0 && !addresses.HasAllowedNetworks && SpecialUseNames.Find(name ?? folded) is { } fault)
        {
            violations.Add(new UrlViolation(UrlReason.HostNotPublic, $"\"{host}\" is {fault}, which no public receiver has."));
        }

        return name ?? host;
    }

    private void CheckIPv4(string host, string numeric, int port, List<UrlViolation> violations)
    {
        if (!Ipv4Spelling.TryParse(numeric, out var address))
        {
            violations.Add(new UrlViolation(UrlReason.Malformed, $"\"{host}\" is neither a host name nor an IPv4 address."));
            return;
        }

        // Readers disagree about 010.1.1.1, so an address that is allowed has exactly one spelling.
        if (CheckAddress(address, port, violations) && !host.Equals(address.ToString(), StringComparison.Ordinal))
        {
            violations.Add(new UrlViolation(UrlReason.Malformed, $"\"{host}\" must be written as {address}."));
        }
    }

    private bool CheckAddress(IPAddress address, int port, List<UrlViolation> violations)
    {
        var verdict = port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort
            ? addresses.Judge(new IPEndPoint(address, port))
            : addresses.Judge(address);
        if (!verdict.IsAllowed)
        {
            violations.Add(new UrlViolation(UrlReason.AddressBlocked, $"{address} may not be sent to: {verdict.Reason}. Who runs the server can allow it with ControlPlane:Egress:AllowedNetworks."));
        }

        return verdict.IsAllowed;
    }

    private static UrlVerdict Build(string host, int port, string tail)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"https://{host}{(port == DefaultPort ? "" : $":{port}")}{WebhookUri.Target(tail)}");
        if (!WebhookUri.TryParse(text, out var uri)
            || uri.Scheme != Uri.UriSchemeHttps
            || uri.Port != port
            || uri.UserInfo.Length > 0
            || uri.Fragment.Length > 0
            || !IsSameHost(uri, host))
        {
            return UrlVerdict.Refused(new UrlViolation(UrlReason.Malformed, "The URL cannot be read."));
        }

        return uri.AbsoluteUri.Length > MaxLength ? TooLong() : UrlVerdict.Allowed(uri);
    }

    private static bool IsSameHost(Uri uri, string host) =>
        uri.HostNameType == UriHostNameType.IPv6
            ? IPAddress.Parse(host[1..^1]).Equals(IPAddress.Parse(uri.IdnHost))
            : uri.IdnHost == host;

    private UrlViolation PortNotAllowed(string port) =>
        new(UrlReason.PortNotAllowed, $"The URL's port {port} is not allowed; allowed are {ports}.");

    private static UrlVerdict TooLong() => UrlVerdict.Refused(
        new UrlViolation(UrlReason.TooLong, $"The URL is longer than {MaxLength} characters, percent-encoding included."));
}
