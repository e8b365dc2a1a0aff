namespace ControlPlane.Signing;

/// <summary>The values a template can name. Flags, so that a template knows all it uses in one field.</summary>
[Flags]
internal enum Placeholder
{
    None = 0,
    Id = 1 << 0,
    Timestamp = 1 << 1,
    Created = 1 << 2,
    Event = 1 << 3,
    Instance = 1 << 4,
    WebhookId = 1 << 5,
    DeliveryId = 1 << 6,
    Signature = 1 << 7,
    Body = 1 << 8,
    Payload = 1 << 9,

    /// <summary>All that come from the message and are the same for every key.</summary>
    Message = Id | Timestamp | Created | Event | Instance | WebhookId | DeliveryId,
}

internal static class Placeholders
{
    public static Placeholder Parse(ReadOnlySpan<char> name) => name switch
    {
        "id" => Placeholder.Id,
        "ts" => Placeholder.Timestamp,
        "created" => Placeholder.Created,
        "event" => Placeholder.Event,
        "instance" => Placeholder.Instance,
        "webhook_id" => Placeholder.WebhookId,
        "delivery_id" => Placeholder.DeliveryId,
        "sig" => Placeholder.Signature,
        "body" => Placeholder.Body,
        "payload" => Placeholder.Payload,
        _ => Placeholder.None,
    };

    public static string Name(Placeholder placeholder) => placeholder switch
    {
        Placeholder.Id => "{id}",
        Placeholder.Timestamp => "{ts}",
        Placeholder.Created => "{created}",
        Placeholder.Event => "{event}",
        Placeholder.Instance => "{instance}",
        Placeholder.WebhookId => "{webhook_id}",
        Placeholder.DeliveryId => "{delivery_id}",
        Placeholder.Signature => "{sig}",
        Placeholder.Body => "{body}",
        Placeholder.Payload => "{payload}",
        _ => throw new ArgumentOutOfRangeException(nameof(placeholder), placeholder, "One placeholder is needed."),
    };

    /// <summary>The single placeholders in a set.</summary>
    public static IEnumerable<Placeholder> Each(Placeholder set)
    {
        for (var bit = 1; bit <= (int)Placeholder.Payload; bit <<= 1)
        {
            if (((int)set & bit) != 0)
            {
                yield return (Placeholder)bit;
            }
        }
    }
}
