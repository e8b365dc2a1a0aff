namespace ControlPlane.Egress.Policy;

/// <summary>Why a webhook URL is refused; stable, clients read these.</summary>
internal static class UrlReason
{
    public const string Empty = "URL_EMPTY";
    public const string Malformed = "URL_MALFORMED";
    public const string TooLong = "URL_TOO_LONG";
    public const string NotHttps = "URL_NOT_HTTPS";
    public const string HasUserInfo = "URL_HAS_USERINFO";
    public const string HasFragment = "URL_HAS_FRAGMENT";
    public const string PortNotAllowed = "URL_PORT_NOT_ALLOWED";
    public const string HostNotPublic = "URL_HOST_NOT_PUBLIC";
    public const string AddressBlocked = "URL_ADDRESS_BLOCKED";
}
