using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace ControlPlane.Egress;

/// <summary>The explicit forward proxy; user info in its URI becomes its credentials.</summary>
internal static class EgressProxy
{
    private static readonly string[] Schemes = ["http", "https", "socks4", "socks4a", "socks5"];

    public static bool TryParse(string text, [NotNullWhen(true)] out WebProxy? proxy)
    {
        proxy = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || !Schemes.Contains(uri.Scheme)
            || uri.Host.Length == 0
            || uri.Port < 1
            || uri.PathAndQuery is not ("" or "/")
            || uri.Fragment.Length > 0)
        {
            return false;
        }

        var bare = new UriBuilder(uri.Scheme, uri.IdnHost, uri.Port).Uri;
        proxy = new WebProxy(bare, BypassOnLocal: false) { Credentials = Credentials(uri.UserInfo) };
        return true;
    }

    private static NetworkCredential? Credentials(string userInfo)
    {
        if (userInfo.Length == 0)
        {
            return null;
        }

        var parts = userInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}
