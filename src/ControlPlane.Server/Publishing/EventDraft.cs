namespace ControlPlane.Server.Publishing;

/// <summary>A checked event that is not stored yet.</summary>
/// <param name="Id">What the caller chose; empty if it is to be generated.</param>
/// <param name="IdempotencyKey">Empty if there is none.</param>
/// <param name="Labels">Null if there are none.</param>
internal sealed record EventDraft(
    string Id,
    string Type,
    string Instance,
    byte[] Payload,
    string ContentType,
    string IdempotencyKey,
    IReadOnlyDictionary<string, string>? Labels);
