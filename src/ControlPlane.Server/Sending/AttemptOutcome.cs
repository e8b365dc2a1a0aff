using ControlPlane.Storage;

namespace ControlPlane.Server.Sending;

/// <summary>How one request to a receiver went. Expected failures are this value, never exceptions.</summary>
internal sealed record AttemptOutcome
{
    public required DateTimeOffset StartTime { get; init; }
    public required TimeSpan Duration { get; init; }

    /// <summary>None exactly if the receiver answered 2xx.</summary>
    public required FailureKind Failure { get; init; }

    /// <summary>0 if there was no answer.</summary>
    public int StatusCode { get; init; }

    /// <summary>What the receiver's owner must mend; empty on success.</summary>
    public string Message { get; init; } = "";

    /// <summary>How long the receiver (429 or 503) asked to be left alone; at most 24 hours.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Nothing was sent: the event has expired or its payload is no longer stored, or the delivery is older than its policy allows.</summary>
    public bool Expired { get; init; }

    /// <summary>Nothing was sent: the event was erased.</summary>
    public bool Erased { get; init; }

    /// <summary>The event cannot be sent in the webhook's dialect, now or later, so the receiver was not asked.</summary>
    public bool Unsendable => Failure == FailureKind.Unsendable;

    /// <summary>The server ended it for others' sake, which the webhook is not charged for.</summary>
    public bool GaveWay { get; init; }

    /// <summary>The certificate of the receiver's host or of the webhook that ends first, if that is soon.</summary>
    public EndingCertificate? EndingCertificate { get; init; }

    public string RemoteAddress { get; init; } = "";
    public string ResponseExcerpt { get; init; } = "";

    public bool Succeeded => Failure == FailureKind.None;

    /// <summary>The receiver answered 410 Gone: it wants nothing more, ever.</summary>
    public bool ReceiverGone => StatusCode == StatusCodes.Status410Gone;

    /// <summary>The host has an address that must not be called, so nothing was sent: not a matter of trying again.</summary>
    public bool AddressRefused => Failure == FailureKind.BlockedAddress;
}

/// <summary>A certificate that ends soon.</summary>
/// <param name="ExpireTime">When.</param>
/// <param name="IsClients">Whether it is the webhook's client certificate, and not the receiver's.</param>
internal readonly record struct EndingCertificate(DateTimeOffset ExpireTime, bool IsClients);
