namespace ControlPlane.Functional.Tests.EveryRpc;

/// <summary>Ids to put into requests.</summary>
public sealed record ResourceIds(string Tenant, string ApiKey, string Webhook, string Event, string Delivery, string Redrive)
{
    /// <summary>Well-formed ids that nothing has.</summary>
    public static ResourceIds Missing { get; } = new(
        "ten_00000000000000000000000000",
        "key_00000000000000000000000000",
        "wh_00000000000000000000000000",
        "evt_00000000000000000000000000",
        "dlv_00000000000000000000000000",
        "rdv_00000000000000000000000000");

    public IEnumerable<string> All => [Tenant, ApiKey, Webhook, Event, Delivery, Redrive];

    /// <summary>The name of an event type that goes with these ids, and with no others.</summary>
    public string EventType => $"type.{Webhook[3..]}";

    /// <summary>What belongs into a field; null if the field holds something that callers choose themselves.</summary>
    public string? Of(string message, string field) => (message, field) switch
    {
        (_, "tenant_id") or ("Tenant", "id") => Tenant,
        (_, "api_key_id") or ("ApiKey", "id") => ApiKey,
        (_, "webhook_id") or ("Webhook", "id") => Webhook,
        (_, "delivery_id") => Delivery,
        (_, "event_id") => Event,
        (_, "redrive_id") => Redrive,
        (_, "actor_id") => ApiKey,
        (_, "resource_id") => Webhook,
        ("Event", "id") or (_, "external_id" or "request_id") => null,
        _ => throw new NotSupportedException($"Which id belongs into {field} of {message}? Isolation cannot be tested without."),
    };

    /// <summary>Takes the ids out of a text, so that texts about different resources can be compared.</summary>
    public string Strip(string text) => All.Append(EventType).Aggregate(text, (rest, id) => rest.Replace(id, "ID", StringComparison.Ordinal));
}
