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
    IReadOnlyDictionary<string, string>? Labels);
