namespace ControlPlane.Server.Hosting;

/// <summary>What listeners and settings leave in the log. EventIds 1900-1999.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1900, LogLevel.Information, "New connections get the renewed certificate of {Subject}, valid until {NotAfter:u}")]
    public static partial void CertificateRenewed(ILogger logger, string subject, DateTime notAfter);

    [LoggerMessage(1901, LogLevel.Warning, "The certificate files changed and cannot be used, so the current certificate stays. {Reason}")]
    public static partial void CertificateKept(ILogger logger, string reason);

    [LoggerMessage(1902, LogLevel.Warning, "The certificate in {Path} expired at {NotAfter:u}: clients refuse it. Replace the files; no restart is needed")]
    public static partial void CertificateExpired(ILogger logger, string path, DateTime notAfter);

    [LoggerMessage(1903, LogLevel.Warning, "The certificate in {Path} is not valid before {NotBefore:u}: clients refuse it")]
    public static partial void CertificateNotYetValid(ILogger logger, string path, DateTime notBefore);

    [LoggerMessage(1904, LogLevel.Warning, "The certificate in {Path} expires at {NotAfter:u}")]
    public static partial void CertificateExpiresSoon(ILogger logger, string path, DateTime notAfter);

    [LoggerMessage(1905, LogLevel.Warning, "{Key} is not a setting of this server and is ignored. {Hint}")]
    public static partial void UnknownSetting(ILogger logger, string key, string hint);

    [LoggerMessage(1906, LogLevel.Warning, "{Key}: {Address} can be reached from other machines without TLS: API keys and payloads can be read on the way. Use https:// with a certificate, or listen on loopback behind a proxy that ends TLS")]
    public static partial void PlainText(ILogger logger, string key, string address);
}
