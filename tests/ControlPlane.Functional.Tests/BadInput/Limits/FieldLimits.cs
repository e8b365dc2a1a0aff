using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using DialectHeader = ControlPlane.V1.CustomDialect.Types.Header;
using Exponential = ControlPlane.V1.RetryPolicy.Types.Exponential;

namespace ControlPlane.Functional.Tests.BadInput.Limits;

/// <summary>
/// The limit of every field of every request: a field that is missing here fails the tests. What is looked up first is the place in
/// one request (<c>CreateTenant tenant.id</c>), then the field (<c>Tenant.id</c>), then its name alone (<c>*.tenant_id</c>).
/// Switches (<c>bool</c>) have none.
/// </summary>
internal static class FieldLimits
{
    private const int LargestPayload = 256 << 10;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(100);
    private static readonly string[] Dialects = ["standard-webhooks", "svix", "wachat", "wawp", "gowa", "github", "stripe", "slack"];
    private static readonly Limit Labels = LabelsOf(256);
    private static readonly Limit Patterns = Limit.List(0, 50, i => $"t{i}", Limit.EventPattern);
    private static readonly Limit AnyState = Limit.List(0, 20, _ => 4, Limit.Choice(1, 2, 3, 4, 5, 6).And(Probe.Refused("unspecified", 0)));
    private static readonly Limit Delay = Limit.Span("100 ms to 24 h", Soonest, Day);

    /// <summary>Another one than the webhook's is refused, whatever it looks like.</summary>
    private static readonly Limit Fixed = new(Limit.Id.Says, [.. Limit.Id.Probes.Where(p => p.Wrong is not null), Probe.Refused("another", "x")]);

    private static readonly Limit HeaderName = Limit.Template(128, n => new string('x', n)).And(
        new[] { "", "a b", "a:b", "\u00e9", "a\r\nb", "a\0", "host", "Content-Type", "transfer-encoding", "user-agent" }
            .Select(name => Probe.Refused(name, name)));

    private static readonly Limit HeaderValue = Limit.Template(2_048, n => new string('x', n)).And(
        new[] { "a\r\nb", "a\n", "\0", "\u00e9", "\u007f" }.Select(value => Probe.Refused(value, value)).Append(Probe.Right("a tab", "a\tb ~")));

    private static readonly Limit Condition = Limit.Template(2_048, n => $"event.type == '{new string('x', n - 16)}'").And(
        Probe.Refused("no filter", "nonsense"), Probe.Refused("no bool", "event.type"), Probe.Refused("deep", new string('(', 2_000)),
        Probe.Refused("controls", "\0\u202E"));

    private static readonly Dictionary<string, Limit> Table = new(StringComparer.Ordinal)
    {
        ["*.tenant_id"] = Limit.Id,
        ["*.page_size"] = Limit.PageSize,
        ["*.page_token"] = Limit.Token,
        ["*.created_after"] = Limit.Time,
        ["*.created_before"] = Limit.Time,
        ["*.etag"] = Limit.Etag,
        ["*.create_time"] = Limit.OutputOnly,
        ["*.update_time"] = Limit.OutputOnly,
        ["*.labels"] = Labels,
        ["Webhook.number"] = Limit.OutputOnly,

        ["Tenant.id"] = Limit.RequiredId,
        ["CreateTenant tenant.id"] = Limit.Ascii(1, 63).Saying("1 to 63").And(Probe.Refused("upper case", "A"), Probe.Refused("a dash first", "-a")),
        ["Tenant.name"] = Limit.Name(200),
        ["Tenant.external_id"] = Limit.Line(256) with { Otherwise = Grpc.Core.StatusCode.AlreadyExists },
        ["GetTenantRequest.external_id"] = Limit.Line(256) with { Otherwise = Grpc.Core.StatusCode.NotFound },
        ["Tenant.disabled_features"] = Limit.List(0, 20, _ => "watch", Limit.OneOf("webhooks", "publish", "watch", "event_types", "custom_dialect")),
        ["Tenant.retention"] = Limit.Span("1 hour to 365 days", TimeSpan.FromHours(1), TimeSpan.FromDays(365)),
        ["TenantLimits.max_webhooks"] = Limit.Range(0, int.MaxValue).Saying("negative"),
        ["TenantLimits.publish_rate_per_second"] = Limit.Range(0d, 100_000),
        ["TenantLimits.max_payload_bytes"] = Limit.Range(0, 1_048_576),
        ["BackupStoreRequest.name"] = (Limit.Ascii(1, 100) with { Otherwise = Grpc.Core.StatusCode.Aborted }).And(
            Probe.Refused("a directory", "../x"), Probe.Refused("a dot first", ".x"), Probe.Refused("a partial one", "x.partial")),
        ["UpdateTenantRequest.update_mask"] = Limit.Mask(100, "name"),
        ["DeleteTenantRequest.tenant_id"] = Limit.RequiredId,
        ["ApiKey.id"] = Limit.OutputOnly,
        ["ApiKey.name"] = Limit.Name(200),
        ["ApiKey.scopes"] = Limit.List(1, 20, _ => "events.read", Limit.OneOf([.. TestTenant.AllScopes])),
        ["ApiKey.expire_time"] = Limit.Future,
        ["ApiKey.revoke_time"] = Limit.OutputOnly,
        ["ApiKey.last_use_time"] = Limit.OutputOnly,
        ["CreatePortalSessionRequest.ttl"] = Limit.Span("1 minute to 7 days", TimeSpan.FromMinutes(1), 7 * Day),
        ["*.webhook_ids"] = Limit.List(0, 50, i => $"wh_{i}", Limit.RequiredId) with { Otherwise = Grpc.Core.StatusCode.NotFound },
        ["RevokeApiKeyRequest.api_key_id"] = Limit.RequiredId,
        ["ListAuditEventsRequest.actor_id"] = Limit.Name(256),
        ["ListAuditEventsRequest.resource_type"] = Limit.Name(64),
        ["ListAuditEventsRequest.resource_id"] = Limit.Name(256),
        ["ListAuditEventsRequest.method"] = Limit.Name(64),

        ["Webhook.id"] = Limit.RequiredId,
        ["CreateWebhook webhook.id"] = Limit.Ignored.Saying("a create ignores it"),
        ["UpsertWebhook webhook.id"] = Limit.Ignored,
        ["UpdateWebhook webhook.tenant_id"] = Fixed,
        ["UpsertWebhook webhook.tenant_id"] = Fixed,
        ["Webhook.name"] = Limit.Name(200),
        ["Webhook.url"] = Limit.Url(2_048),
        ["Webhook.event_types"] = Limit.List(1, 200, i => $"t{i}", Limit.EventPattern),
        // None is what an update that is not about them has.
        ["UpdateWebhook webhook.event_types"] = Limit.List(0, 200, i => $"t{i}", Limit.EventPattern),
        ["Webhook.instances"] = Limit.List(0, 200, i => $"i{i}", Limit.Line(256).And(Probe.Refused("nothing", ""))),
        ["Webhook.dialect"] = Limit.OneOf(Dialects).Saying("`standard-webhooks`, `svix`"),
        ["Webhook.match_labels"] = LabelsOf(2_048),
        ["Webhook.filter"] = Condition,
        ["Webhook.on_filter_error"] = Limit.Choice(0, 1, 2),
        ["Webhook.signature_algorithm"] = Limit.Choice(0, 1),
        ["CreateWebhook webhook.signature_algorithm"] = Limit.Choice(0, 1, 2),
        ["RotateSecretRequest.signature_algorithm"] = Limit.Choice(0, 1, 2),
        ["ClientCertificate.certificate_chain"] = Limit.Template(16_384, n => RightRequests.Certificate.CertificateChain.PadRight(n)).And(
            Probe.Refused("no PEM", "nonsense"), Probe.Refused("a key in it", RightRequests.Certificate.CertificateChain + RightRequests.Certificate.PrivateKey)),
        ["ClientCertificate.private_key"] = Limit.Template(8_192, n => RightRequests.Certificate.PrivateKey.PadRight(n)).And(Probe.Refused("no PEM", "nonsense")),
        ["ClientCertificate.certificates"] = Limit.OutputOnly,
        ["OAuth2ClientCredentials.token_url"] = Limit.Url(2_048),
        ["OAuth2ClientCredentials.client_id"] = Limit.Ascii(1, 256).And(Probe.Refused("nothing", ""), Probe.Refused("a line break", "a\r\nb")),
        ["OAuth2ClientCredentials.client_secret"] = Limit.Ascii(1, 1_024).And(Probe.Refused("a line break", "a\r\nb")),
        ["OAuth2ClientCredentials.scopes"] = Limit.List(0, 32, i => $"s{i}", Limit.Ascii(1, 256).And(
            Probe.Refused("nothing", ""), Probe.Refused("a space", "a b"), Probe.Refused("a quotation mark", "\""), Probe.Refused("a backslash", "\\"))),
        ["OAuth2ClientCredentials.audience"] = Limit.Line(1_024),
        ["Webhook.headers"] = Limit.Map(32, HeaderName, HeaderValue),
        ["Webhook.timeout"] = Limit.Span("1 to 60 seconds", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)),
        ["Webhook.max_in_flight"] = Limit.Range(0, 1_024),
        ["Webhook.max_rate_per_second"] = Limit.Range(0d, 100_000),
        ["Webhook.description"] = Limit.Block(1_000),
        ["Webhook.external_id"] = Limit.Line(256),
        ["Webhook.state"] = Limit.OutputOnly,
        ["Webhook.state_reason"] = Limit.OutputOnly,
        ["Webhook.secrets"] = Limit.OutputOnly,
        ["Webhook.additional_dialect"] = Limit.OneOf("svix", "wachat", "github").Saying("built-in dialect"),
        ["Webhook.head_of_line"] = Limit.Choice(0, 1, 2),
        ["Webhook.while_suspended"] = Limit.Choice(0, 1, 2),
        ["Webhook.while_disabled"] = Limit.Choice(0, 1, 2),
        ["RetryPolicy.max_attempts"] = Limit.Range(0, 100),
        ["RetryPolicy.jitter"] = Limit.Range(0d, 1),
        ["RetryPolicy.non_retryable_statuses"] = Limit.List(0, 64, i => 400 + i, Limit.Range(400, 599)),
        ["RetryPolicy.max_age"] = Limit.Span("1 s to 30 d", TimeSpan.FromSeconds(1), 30 * Day),
        ["RetryPolicy.preset"] = Limit.OneOf("standard", "wawp", "wahooks", "gowa").With<RetryPolicy>(p => p.ClearBackoff()),
        ["RetryPolicy.Exponential.initial"] = Delay.With<Exponential>(e => e.Max = Duration.FromTimeSpan(Day)),
        ["RetryPolicy.Exponential.multiplier"] = Limit.Range(1d, 10),
        ["RetryPolicy.Exponential.max"] = Delay.With<Exponential>(e => e.Initial = Duration.FromTimeSpan(Soonest)).Saying("at most 24 h"),
        ["RetryPolicy.Fixed.delay"] = Delay,
        ["RetryPolicy.Schedule.delays"] = Limit.List(1, 50, _ => new Duration(), Limit.Span("0 s to 24 h", TimeSpan.Zero, Day)),
        ["CustomDialect.name"] = Limit.Ascii(1, 64).And(Probe.Refused("upper case", "A")),
        ["CustomDialect.key_format"] = Limit.Choice(0, 1, 2),
        ["CustomDialect.algorithm"] = Limit.Choice(0, 1, 2, 3),
        ["CustomDialect.signed_content"] = Limit.Template(1_024, n => "{body}".PadRight(n, 'x')).And(Probe.Refused("no body", "{id}")),
        ["CustomDialect.encoding"] = Limit.Choice(0, 1, 2),
        ["CustomDialect.signature_join"] = Limit.Choice(0, 1, 2, 3),
        ["CustomDialect.timestamp_unit"] = Limit.Choice(0, 1, 2),
        ["CustomDialect.envelope"] = Limit.Template(8_192, n => "{payload}".PadRight(n)).And(
            Probe.Refused("no JSON", "{payload}}"), Probe.Refused("deep", new string('[', 4_000) + "{payload}" + new string(']', 4_000))),
        ["CustomDialect.headers"] = Limit.List(1, 32, i => new DialectHeader { Name = $"x-{i}", Value = "{sig}" }).Saying("1 to 32"),
        ["CustomDialect.Header.name"] = HeaderName,
        ["CustomDialect.Header.value"] = Limit.Template(1_024, n => "{sig}".PadLeft(n, 'x')).And(
            Probe.Refused("nothing", ""), Probe.Refused("a line break", "{sig}\r\nx: y"), Probe.Refused("no placeholder", "{sig}{nonsense}")),
        ["CreateWebhookRequest.secret"] = Limit.Secret,
        ["CreateWebhookRequest.request_id"] = Limit.Line(128),
        ["GetWebhookRequest.webhook_id"] = Limit.RequiredId,
        ["ListWebhooksRequest.filter"] = Filter(20, 4_096),
        ["UpdateWebhookRequest.update_mask"] = Limit.Mask(100, "name"),
        ["UpsertWebhookRequest.webhook_id"] = Limit.Id,
        ["UpsertWebhookRequest.external_id"] = Limit.Line(256),
        ["UpsertWebhookRequest.url"] = Limit.Url(2_048).With<UpsertWebhookRequest>(r => r.Webhook.Url = ""),
        ["UpsertWebhookRequest.secret"] = Limit.Secret,
        ["DeleteWebhookRequest.webhook_id"] = Limit.RequiredId,
        ["RotateSecretRequest.webhook_id"] = Limit.RequiredId,
        ["RotateSecretRequest.secret"] = Limit.Secret,
        ["RotateSecretRequest.grace_period"] = Limit.Span("0 to 7 days", TimeSpan.Zero, 7 * Day),
        ["TestWebhookRequest.webhook_id"] = Limit.RequiredId,
        ["TestWebhookRequest.event_type"] = Limit.EventType,
        ["TestWebhookRequest.payload"] = Limit.Json(LargestPayload),
        ["ProbeWebhookRequest.webhook_id"] = Limit.RequiredId,
        ["ProbeWebhookRequest.url"] = Limit.Url(2_048),
        ["PreviewRequestRequest.webhook_id"] = Limit.RequiredId,
        ["PreviewRequestRequest.Inline.dialect"] = Limit.OneOf(Dialects).Saying("Webhook.dialect"),
        ["PreviewRequestRequest.Inline.secret"] = Limit.Secret,

        ["EventType.name"] = Limit.EventType with { Otherwise = Grpc.Core.StatusCode.NotFound },
        ["EventType.description"] = Limit.Block(1_000),
        ["EventType.dialect"] = Limit.OutputOnly,
        ["EventType.schema"] = Limit.Template(32_768, n => $"{{\"description\":\"{new string('x', n - 18)}\"}}").Saying("JSON").And(
            Probe.Refused("no JSON", "{"), Probe.Refused("a number", "3"), Probe.Refused("no such type", """{"type":"x"}"""),
            Probe.Refused("a reference to another place", """{"$ref":"https://example.com/"}"""), Probe.Right("nothing", "")),
        ["EventType.schema_version"] = Limit.OutputOnly,
        ["EventType.examples"] = Limit.List(0, 10, i => $"{{\"a\":{i}}}", new([], [Probe.Refused("no JSON", "{")])).Saying("32,768 bytes").And(
            Probe.Refused("long ones", new[] { $"\"{new string('x', 32_767)}\"" })),
        ["UpdateEventTypeRequest.update_mask"] = Limit.Mask(100, "description"),
        ["DeleteEventTypeRequest.name"] = Limit.EventType.And(Probe.Refused("nothing", "")) with { Otherwise = Grpc.Core.StatusCode.NotFound },

        ["Event.id"] = Limit.Ascii(1, 128).And(Probe.Refused("a dot", "a.b"), Probe.Refused("a space", "a b")),
        ["Event.type"] = Limit.EventType.And(Probe.Refused("nothing", "")),
        ["Event.instance"] = Limit.Line(256),
        ["Event.payload"] = Limit.Json(LargestPayload).And(Probe.Refused("nothing", Google.Protobuf.ByteString.Empty)),
        ["Event.labels"] = LabelsOf(1_024),
        ["Event.content_type"] = Limit.Template(128, n => "text/".PadRight(n, 'x')).And(
            Probe.Refused("none", "nonsense"), Probe.Refused("a line break", "text/plain\r\nx: y"), Probe.Refused("not ASCII", "text/\u00e9")),
        ["Event.idempotency_key"] = Limit.Ascii(1, 256).And(Probe.Refused("one of the server", "controlplane.webhook.failing/x")),
        ["Event.ordering_key"] = Limit.Ascii(1, 128),
        ["Event.expire_time"] = Limit.Future,
        ["Event.erase_time"] = Limit.OutputOnly,
        ["EraseEventsRequest.event_id"] = Limit.RequiredId with { Otherwise = Grpc.Core.StatusCode.NotFound },
        ["EraseEventsRequest.labels"] = LabelsOf(1_024).With<EraseEventsRequest>(request => request.EventId = ""),
        ["EraseEventsRequest.reason"] = Limit.Name(500),
        ["BatchPublishEventsRequest.events"] = Limit.List(1, 1_000, _ => TestTenant.NewEvent()),
        ["GetEventRequest.event_id"] = Limit.RequiredId,
        ["ListEventsRequest.event_types"] = Patterns,
        ["ListEventsRequest.instance"] = Limit.Line(256),

        ["*.delivery_id"] = Limit.RequiredId,
        ["*.redrive_id"] = Limit.RequiredId,
        ["ListDeliveriesRequest.webhook_id"] = Limit.Id,
        ["ListDeliveriesRequest.event_id"] = Limit.Id,
        ["ListDeliveriesRequest.states"] = AnyState,
        ["ListDeliveriesRequest.event_types"] = Patterns,
        ["ListDeliveriesRequest.instance"] = Limit.Line(256),
        ["ListDeliveriesRequest.status_codes"] = Limit.List(0, 50, _ => 500, Limit.Choice(0, 404, 999)),
        ["ListDeliveriesRequest.failures"] = Limit.List(
            0, 20, _ => 6, Limit.Choice(1, 2, 3, 4, 5, 6, 7, 8, 9, 10).And(Probe.Refused("unspecified", 0))),
        ["RedriveDeliveriesRequest.webhook_id"] = Limit.Id,
        ["RedriveDeliveriesRequest.event_id"] = Limit.Id,
        ["RedriveDeliveriesRequest.states"] = Limit.List(0, 20, _ => 5, Limit.Choice(4, 5, 6).And(Probe.Refused("under way", 2))),
        ["RedriveDeliveriesRequest.event_types"] = Patterns,
        ["RedriveDeliveriesRequest.instance"] = Limit.Line(256),
        ["RedriveDeliveriesRequest.max_rate_per_second"] = Limit.Range(0.1, 1_000),
        ["ReplayEventsRequest.webhook_id"] = Limit.RequiredId,
        ["ReplayEventsRequest.event_types"] = Patterns,
        ["ReplayEventsRequest.instance"] = Limit.Line(256),
        ["ReplayEventsRequest.filter"] = Condition,
        ["ReplayEventsRequest.max_per_second"] = Limit.Range(0.1, 1_000),
        ["WatchDeliveriesRequest.webhook_id"] = Limit.Id,
        ["WatchDeliveriesRequest.event_id"] = Limit.Id,
        ["WatchDeliveriesRequest.states"] = AnyState,
        ["WatchDeliveriesRequest.event_types"] = Patterns,
        ["WatchDeliveriesRequest.instance"] = Limit.Line(256),
        ["WatchDeliveriesRequest.resume_token"] = Limit.Token,
        ["GetWebhookStatsRequest.webhook_id"] = Limit.Id with { Otherwise = Grpc.Core.StatusCode.NotFound },
        ["GetWebhookStatsRequest.window"] = Limit.Span("60 seconds to 30 days", TimeSpan.FromSeconds(60), TimeSpan.FromDays(30)),
        ["GetWebhookStatsRequest.bucket"] = Limit.Span("60 seconds or 1 hour", TimeSpan.FromSeconds(60), TimeSpan.FromHours(1)).And(
            Probe.Refused("between", Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(90)))),
        ["WatchDeliveriesRequest.start_time"] = Limit.Time,
        ["WatchDeliveriesRequest.heartbeat_interval"] = Limit.Span("1 to 300 seconds", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(300)),
        ["ExplainDeliveryRequest.Pair.event_id"] = Limit.RequiredId,
        ["ExplainDeliveryRequest.Pair.webhook_id"] = Limit.RequiredId,
    };

    public static IEnumerable<string> Keys => Table.Keys;

    /// <summary>The key under which a field's limit stands, or null.</summary>
    public static string? KeyOf(string method, RequestField field) =>
        new[] { $"{method[(method.IndexOf('/', StringComparison.Ordinal) + 1)..]} {field.Path}", field.Name, $"*.{field.Field.Name}" }.FirstOrDefault(Table.ContainsKey);

    public static Limit Of(string key) => Table[key];

    private static Limit LabelsOf(int most) =>
        Limit.Map(64, Limit.Line(63).Saying("63").And(Probe.Refused("nothing", "")), Limit.Line(most).Saying($"{most:N0}"));

    private static Limit Filter(int conditions, int most) => Limit.Template(most, n => $"name = \"{new string('x', n - 9)}\"").And(
        Probe.Right("most conditions", string.Join(" AND ", Enumerable.Repeat("name = x", conditions))),
        Probe.Refused("too many conditions", string.Join(" AND ", Enumerable.Repeat("name = x", conditions + 1))),
        Probe.Refused("no condition", "nonsense"),
        Probe.Refused("an open quote", "name = \"x"),
        Probe.Refused("brackets", new string('(', most)),
        Probe.Refused("controls", "\0\u202E"));
}
