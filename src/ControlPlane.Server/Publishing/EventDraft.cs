namespace ControlPlane.Server.Publishing;

/// <summary>
/// A checked event that is not stored yet. Id and idempotency key are what the caller chose, empty if nothing; labels are null if
/// there are none.
/// </summary>
internal sealed record EventDraft(
    string Id,
    string Type,
    string Instance,
    byte[] Payload,
    string ContentType,
    string IdempotencyKey,
    IReadOnlyDictionary<string, string>? Labels);
