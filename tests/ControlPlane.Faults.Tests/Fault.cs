using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Faults.Tests.Receiving;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Faults.Tests;

/// <summary>What a receiver does wrong, and what must come of it.</summary>
/// <param name="Kind">How each attempt must fail; unspecified: it must succeed.</param>
/// <param name="Status">The status that each attempt must show; null: it depends on what arrived first.</param>
/// <param name="Message">What its message must contain.</param>
/// <param name="Behave">What is done with each connection.</param>
internal sealed record Fault(FailureKind Kind, int? Status, string Message, Func<FaultConnection, Task> Behave)
{
    /// <summary>What it may be as well, where that depends on what arrives first.</summary>
    public IReadOnlyList<FailureKind> OrKinds { get; init; } = [];

    /// <summary>The webhook's. Short only where it is what must pass: everything else ends by itself, however busy this machine is.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>What is spoken inside TLS; empty: nothing is negotiated, which means HTTP/1.1.</summary>
    public IReadOnlyList<SslApplicationProtocol> Protocols { get; init; } = [];

    public bool HasTls { get; init; } = true;

    /// <summary>Makes the certificate it shows. Null: it shows the one that is right.</summary>
    public Func<TestAuthority, X509Certificate2>? Certificate { get; init; }

    /// <summary>It must not come to the end of what it does: the server hangs up before.</summary>
    public bool IsCutOff { get; init; }

    /// <summary>
    /// The connection is given up right after an answer, so the next request may have been given to it already: that one goes out once
    /// more, which its success tells.
    /// </summary>
    public bool MayBeSentTwice { get; init; }

    /// <summary>The excerpt that each attempt must show, if that matters.</summary>
    public string? Excerpt { get; init; }

    public bool Succeeds => Kind == FailureKind.Unspecified;

    public static Fault Success(int status, Func<FaultConnection, Task> behave) => new(FailureKind.Unspecified, status, "", behave);

    /// <summary>Nothing comes of it before the deadline, which is long enough to get as far as the fault even on a busy machine.</summary>
    public static Fault TimesOut(int status, string message, Func<FaultConnection, Task> behave) =>
        new(FailureKind.Timeout, status, message, behave) { Timeout = TimeSpan.FromSeconds(4) };
}
