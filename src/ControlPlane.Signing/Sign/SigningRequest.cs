namespace ControlPlane.Signing;

/// <summary>One attempt to deliver one event to one webhook: everything a dialect may put on the wire.</summary>
public readonly record struct SigningRequest
{
    /// <summary>The message (event) id, not empty; equal over retries, so receivers can recognise duplicates by it.</summary>
    public required string MessageId { get; init; }

    /// <summary>The event type, such as <c>message.new</c>.</summary>
    public required string EventType { get; init; }

    /// <summary>The time of this attempt.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The published bytes. For a dialect with an envelope: UTF-8 JSON.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>When the event was created. Default: <see cref="Timestamp"/>.</summary>
    public DateTimeOffset? CreateTime { get; init; }

    /// <summary>The instance (session, channel, connection) the event belongs to. Default none, written as empty text.</summary>
    public string? Instance { get; init; }

    /// <summary>The delivery's id, equal over its attempts. Default: <see cref="MessageId"/>.</summary>
    public string? DeliveryId { get; init; }

    /// <summary>The webhook's id. Default none, written as empty text.</summary>
    public string? WebhookId { get; init; }

    /// <summary>The media type of <see cref="Payload"/>. Default <c>application/json</c>.</summary>
    public string? ContentType { get; init; }
}
