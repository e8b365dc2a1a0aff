using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>One condition of a list filter.</summary>
/// <param name="Field">One of <see cref="FieldNames"/>, or <see cref="Labels"/> for a label.</param>
/// <param name="Label">The label's key; empty for other fields.</param>
/// <param name="Negated">Written with <c>!=</c>.</param>
/// <param name="Value">What to compare with.</param>
internal sealed record FilterCondition(string Field, string Label, bool Negated, string Value)
{
    /// <summary>What a label's field begins with, and its name here.</summary>
    public const string Labels = "labels.";

    /// <summary>Every field but labels.</summary>
    public static IReadOnlyList<string> FieldNames { get; } =
        ["state", "enabled", "name", "url", "dialect", "external_id", "event_type", "instance"];

    /// <summary>The values a field can have; null where any text makes sense.</summary>
    public static IReadOnlyList<string>? ValuesOf(string field) => field switch
    {
        "state" => ["ACTIVE", "DISABLED", "SUSPENDED"],
        "enabled" => ["true", "false"],
        _ => null,
    };

    public bool Matches(WebhookRecord webhook) => Equal(webhook) != Negated;

    private bool Equal(WebhookRecord webhook) => Field switch
    {
        "state" => Value == NameOf(webhook.State),
        "enabled" => Value == (webhook.State == WebhookState.Active ? "true" : "false"),
        "name" => Value == webhook.Name,
        "url" => Value == webhook.Url,
        "dialect" => Value == webhook.Dialect,
        "external_id" => Value == webhook.ExternalId,
        "event_type" => webhook.EventTypes.Contains(Value, StringComparer.Ordinal),
        "instance" => webhook.Instances.Contains(Value, StringComparer.Ordinal),
        _ => webhook.Labels.TryGetValue(Label, out var label) && label == Value,
    };

    private static string NameOf(WebhookState state) => state switch
    {
        WebhookState.Active => "ACTIVE",
        WebhookState.Disabled => "DISABLED",
        _ => "SUSPENDED",
    };
}
