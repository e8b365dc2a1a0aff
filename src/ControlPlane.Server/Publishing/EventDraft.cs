using ControlPlane.Storage;

namespace ControlPlane.Server.Publishing;

/// <summary>
/// A checked event that is not stored yet. Id and keys are what the caller chose, empty if nothing; labels are null if
/// there are none.
/// </summary>
internal sealed record EventDraft(
    string Id,
    string Type,
    string Instance,
    byte[] Payload,
    string ContentType,
    string IdempotencyKey,
    string OrderingKey,
    IReadOnlyDictionary<string, string>? Labels)
{
    /// <summary>When it is to expire; null if it need not.</summary>
    public DateTimeOffset? ExpireTime { get; init; }

    /// <summary>The trace that it belongs to; null for none. No part of what is said of the event: a repeated publish can have another.</summary>
    public TraceContext? Trace { get; init; }
}
