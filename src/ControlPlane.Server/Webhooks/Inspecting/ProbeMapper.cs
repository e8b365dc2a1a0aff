using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Probing;
using ControlPlane.Egress.Trust;
using ControlPlane.Server.Deliveries.Listing;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Webhooks.Inspecting;

/// <summary>A probe's report as the API shows it.</summary>
internal static class ProbeMapper
{
    private const string NotPublic = "an address that must not be called";

    /// <summary>The answer to a probe.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="report">What was found.</param>
    /// <param name="time">When.</param>
    /// <param name="toPlatform">Whether a platform key asks. Others are not told which addresses names inside the network lead to.</param>
    public static ProbeWebhookResponse ToProto(Uri url, ProbeReport report, DateTimeOffset time, bool toPlatform) => new()
    {
        Url = url.AbsoluteUri,
        Addresses = { report.Addresses.Select(address => ToProto(address, toPlatform)) },
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
        FailureMessage = report.Failure is { Kind: EgressFailureKind.BlockedAddress, RemoteAddress: not null } && !toPlatform
            ? DeliveryMapper.RefusedAddress
            : report.Failure?.Message ?? "",
        ClientCertificateSubject = report.PresentedOwn,
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

    private static ProbedAddress ToProto(ProbedEndpoint endpoint, bool toPlatform) => toPlatform || endpoint.Verdict.IsAllowed
        ? new() { Address = endpoint.Address.ToString(), Allowed = endpoint.Verdict.IsAllowed, Reason = endpoint.Verdict.Reason }
        : new() { Reason = NotPublic };

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
