using System.Net;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Policy;
using ControlPlane.Egress.Trust;

namespace ControlPlane.Egress.Probing;

/// <summary>How far a probe got. What belongs to a later step is at its default.</summary>
internal sealed record ProbeReport
{
    /// <summary>Every address of the host with the guard's verdict on it.</summary>
    public IReadOnlyList<ProbedEndpoint> Addresses { get; init; } = [];

    /// <summary>The guard lets connections be made.</summary>
    public bool Allowed { get; init; }

    public IPEndPoint? Remote { get; init; }

    /// <summary>What the handshake showed; null if it did not get as far as a certificate.</summary>
    public Presented? Presented { get; init; }

    /// <summary>Whom the client certificate is for that the receiver asked for and got; empty if it got none.</summary>
    public string PresentedOwn { get; init; } = "";

    /// <summary>The HTTP version that requests use; null without a handshake.</summary>
    public string? HttpVersion { get; init; }

    /// <summary>Why that is not HTTP/2, though it was agreed on, and until when; null otherwise.</summary>
    public string? HttpFallback { get; init; }

    public TimeSpan? Resolving { get; init; }
    public TimeSpan? Connecting { get; init; }
    public TimeSpan? Handshake { get; init; }

    /// <summary>Why the probe ended early; null if it did not.</summary>
    public EgressFailure? Failure { get; init; }

    /// <summary>The deadline passed; then the failure's kind says no more than the step.</summary>
    public bool TimedOut { get; init; }
}

/// <summary>An address and the verdict on it.</summary>
internal sealed record ProbedEndpoint(IPAddress Address, AddressVerdict Verdict);

/// <summary>What a receiver showed of itself in the handshake.</summary>
/// <param name="Protocol">The TLS version: <c>TLS 1.3</c>; empty if the handshake failed.</param>
/// <param name="Certificates">Its own first.</param>
/// <param name="Problem">Why it is not trusted; empty if it is.</param>
internal sealed record Presented(string Protocol, IReadOnlyList<CertificateFacts> Certificates, string Problem);
