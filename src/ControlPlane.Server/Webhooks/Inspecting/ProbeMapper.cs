using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Probing;
using ControlPlane.Egress.Trust;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Webhooks.Inspecting;

/// <summary>A probe's report as the API shows it.</summary>
internal static class ProbeMapper
{
    public static ProbeWebhookResponse ToProto(Uri url, ProbeReport report, DateTimeOffset time) => new()
    {
        Url = url.AbsoluteUri,
        Addresses = { report.Addresses.Select(ToProto) },
        Allowed = report.Allowed,
        RemoteAddress = report.Remote?.ToString() ?? "",
        TlsProtocol = report.Presented?.Protocol ?? "",
        Certificates = { report.Presented?.Certificates.Select(ToProto) ?? [] },
        CertificateProblem = report.Presented?.Problem ?? "",
        HttpVersion = report.HttpVersion ?? "",
        HttpFallback = report.HttpFallback ?? "",
        ResolveDuration = ToDuration(report.Resolving),
        ConnectDuration = ToDuration(report.Connecting),
        HandshakeDuration = ToDuration(report.Handshake),
        Failure = FailureOf(report),
        FailureMessage = report.Failure?.Message ?? "",
        ProbeTime = time.ToTimestamp(),
    };

    private static FailureKind FailureOf(ProbeReport report) => (report.TimedOut, report.Failure?.Kind) switch
    {
        (_, null) => FailureKind.Unspecified,
        (true, _) => FailureKind.Timeout,
        (_, EgressFailureKind.Dns) => FailureKind.Dns,
        (_, EgressFailureKind.BlockedAddress) => FailureKind.BlockedAddress,
        (_, EgressFailureKind.Tls) => FailureKind.Tls,
        _ => FailureKind.Connect,
    };

    private static ProbedAddress ToProto(ProbedEndpoint endpoint) => new()
    {
        Address = endpoint.Address.ToString(),
        Allowed = endpoint.Verdict.IsAllowed,
        Reason = endpoint.Verdict.Reason,
    };

    private static ProbedCertificate ToProto(CertificateFacts facts) => new()
    {
        Subject = facts.Subject,
        Issuer = facts.Issuer,
        NotBeforeTime = facts.NotBefore.ToTimestamp(),
        NotAfterTime = facts.NotAfter.ToTimestamp(),
        AlternativeNames = { facts.AlternativeNames },
    };

    private static Duration? ToDuration(TimeSpan? value) => value is { } span ? Duration.FromTimeSpan(span) : null;
}
