using System.Globalization;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Output;

/// <summary>How webhooks are shown.</summary>
internal static class WebhookView
{
    public static IReadOnlyList<Column<Webhook>> Columns { get; } =
    [
        new("Id", w => w.Id, Whole: true),
        new("Name", w => w.Name),
        new("Url", w => w.Url),
        new("Events", w => Show.Words(w.EventTypes)),
        new("Dialect", Dialect),
        new("State", State),
        new("Created", w => Show.Time(w.CreateTime)),
    ];

    public static IEnumerable<Field> Fields(Webhook webhook, string secret = "") =>
    [
        new("id", webhook.Id),
        new("tenant", webhook.TenantId),
        new("number", webhook.Number.ToString(CultureInfo.InvariantCulture)),
        .. Field.Unless(webhook.Name.Length == 0, "name", () => webhook.Name),
        new("url", webhook.Url),
        new("event types", Show.Words(webhook.EventTypes)),
        .. Field.Unless(webhook.Instances.Count == 0, "instances", () => Show.Words(webhook.Instances)),
        .. Field.Unless(webhook.MatchLabels.Count == 0, "match labels", () => Show.Map(webhook.MatchLabels)),
        .. Field.Unless(webhook.Filter.Length == 0, "filter", () => webhook.Filter),
        .. Field.Unless(
            webhook.OnFilterError is not OnFilterError.Skip, "on filter error", () => EnumText.Format(webhook.OnFilterError)),
        new("state", State(webhook)),
        new("dialect", Dialect(webhook)),
        .. Field.Unless(webhook.AdditionalDialect.Length == 0, "additional dialect", () => webhook.AdditionalDialect),
        new("retry", Retry(webhook.RetryPolicy)),
        .. Field.Unless(webhook.Timeout is null, "timeout per attempt", () => Show.Duration(webhook.Timeout)),
        .. Field.Unless(webhook.MaxInFlight == 0, "max in flight", () => webhook.MaxInFlight.ToString(CultureInfo.InvariantCulture)),
        .. Field.Unless(webhook.MaxRatePerSecond == 0, "max rate", () => $"{Show.Number(webhook.MaxRatePerSecond)}/s"),
        .. Field.Unless(
            webhook.HeadOfLine is HeadOfLine.Unspecified or HeadOfLine.Block, "head of line", () => EnumText.Format(webhook.HeadOfLine)),
        .. Field.Unless(
            webhook.WhileSuspended is not WhileInactive.Skip, "while suspended", () => EnumText.Format(webhook.WhileSuspended)),
        .. Field.Unless(
            webhook.WhileDisabled is not WhileInactive.Hold, "while disabled", () => EnumText.Format(webhook.WhileDisabled)),
        .. Field.Unless(!webhook.SendTraceContext, "trace context", () => "sent"),
        .. webhook.Headers.OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => new Field("header", $"{h.Key}: {h.Value}")),
        .. Field.Unless(webhook.Labels.Count == 0, "labels", () => Show.Map(webhook.Labels)),
        .. Field.Unless(webhook.Description.Length == 0, "description", () => webhook.Description),
        .. Field.Unless(webhook.ExternalId.Length == 0, "external id", () => webhook.ExternalId),
        .. webhook.Secrets.Select(s => new Field("signing with", Secret(s))),
        .. webhook.Secrets.Where(s => s.PublicKey.Length > 0).Select(s => new Field("public key", $"{s.PublicKey}  {s.Id}")),
        .. webhook.ClientCertificate?.Certificates.Take(1).Select(c => new Field(
            "client certificate", $"{c.Subject}, issued by {c.Issuer}, until {Show.Time(c.NotAfterTime)}")) ?? [],
        .. webhook.Oauth2 is { } oauth2 ? [new Field("oauth2", $"{oauth2.ClientId} at {oauth2.TokenUrl}")] : Array.Empty<Field>(),
        new("etag", new Cell(webhook.Etag, Tone.Dim)),
        new("created", Show.Time(webhook.CreateTime)),
        new("updated", Show.Time(webhook.UpdateTime)),
        .. Field.Unless(secret.Length == 0, "secret", () => new Cell(secret, Tone.Waiting)),
    ];

    private static Cell State(Webhook webhook) => State(webhook.State, webhook.StateReason);

    /// <summary>A state with its reason, if there is one.</summary>
    public static Cell State(WebhookState state, StateReason reason) => state switch
    {
        WebhookState.Active => new Cell("active", Tone.Good),
        WebhookState.Unspecified => "",
        _ => new Cell(
            reason is StateReason.Unspecified ? EnumText.Format(state) : $"{EnumText.Format(state)} ({EnumText.Format(reason)})",
            state is WebhookState.Suspended ? Tone.Bad : Tone.Dim),
    };

    /// <summary>A change of state on one line, laid out as those of deliveries.</summary>
    public static Cell[] Line(WatchDeliveriesResponse.Types.WebhookStatus status) =>
    [
        new(status.UpdateTime?.ToDateTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) ?? "", Tone.Dim),
        "webhook".PadRight(15),
        status.WebhookId,
        State(status.State, status.StateReason),
    ];

    private static Cell Dialect(Webhook webhook) =>
        webhook.CustomDialect is { } custom ? $"{custom.Name} (custom)" : webhook.Dialect;

    private static string Retry(RetryPolicy? policy)
    {
        List<string> parts = [BackoffText.Format(policy)];
        if (policy is not null)
        {
            parts.AddRange(policy.MaxAttempts > 0 ? [$"{policy.MaxAttempts} attempts"] : []);
            parts.AddRange(policy.Jitter > 0 ? [$"jitter {Show.Number(policy.Jitter)}"] : []);
            parts.AddRange(policy.NonRetryableStatuses.Count > 0 ? [$"never after {string.Join('/', policy.NonRetryableStatuses)}"] : []);
            parts.AddRange(policy.MaxAge is not null ? [$"for {Show.Duration(policy.MaxAge)} at most"] : []);
        }

        return string.Join(", ", parts);
    }

    private static string Secret(SecretInfo secret) =>
        secret.ExpireTime is null ? $"{secret.Hint}  {secret.Id}" : $"{secret.Hint}  {secret.Id}, until {Show.Time(secret.ExpireTime)}";
}
