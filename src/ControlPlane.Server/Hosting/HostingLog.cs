namespace ControlPlane.Server.Hosting;

/// <summary>What listeners and settings leave in the log.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(EventIds.Hosting, LogLevel.Information, "New connections get the renewed certificate of {Subject}, valid until {NotAfter:u}")]
    public static partial void CertificateRenewed(ILogger logger, string subject, DateTime notAfter);

    [LoggerMessage(EventIds.Hosting + 1, LogLevel.Warning, "The certificate files changed and cannot be used, so the current certificate stays. {Reason}")]
    public static partial void CertificateKept(ILogger logger, string reason);

    [LoggerMessage(EventIds.Hosting + 2, LogLevel.Warning, "The certificate in {Path} expired at {NotAfter:u}: clients refuse it. Replace the files; no restart is needed")]
    public static partial void CertificateExpired(ILogger logger, string path, DateTime notAfter);

    [LoggerMessage(EventIds.Hosting + 3, LogLevel.Warning, "The certificate in {Path} is not valid before {NotBefore:u}: clients refuse it")]
    public static partial void CertificateNotYetValid(ILogger logger, string path, DateTime notBefore);

    [LoggerMessage(EventIds.Hosting + 4, LogLevel.Warning, "The certificate in {Path} expires at {NotAfter:u}")]
    public static partial void CertificateExpiresSoon(ILogger logger, string path, DateTime notAfter);

    [LoggerMessage(EventIds.Hosting + 5, LogLevel.Warning, "{Key} is not a setting of this server and is ignored. {Hint}")]
    public static partial void UnknownSetting(ILogger logger, string key, string hint);

    [LoggerMessage(EventIds.Hosting + 6, LogLevel.Warning, "{Key}: {Address} can be reached from other machines without TLS: API keys and payloads can be read on the way. Use https:// with a certificate, or listen on loopback behind a proxy that ends TLS")]
    public static partial void PlainText(ILogger logger, string key, string address);

    [LoggerMessage(EventIds.Hosting + 7, LogLevel.Warning, "The limit of open files is {Files}: it leaves room for {PerListener} connections per listener and {ToReceivers} to receivers, and no more requests than those are in flight. Raise it (ulimit -n, LimitNOFILE)")]
    public static partial void FewDescriptors(ILogger logger, long files, int perListener, int toReceivers);
}
