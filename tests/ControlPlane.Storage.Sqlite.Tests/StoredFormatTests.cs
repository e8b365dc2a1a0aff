using System.Text.Json;
using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>What lies in files already written must stay readable: a renamed property would be lost without an error.</summary>
public sealed class StoredFormatTests : StorageTests<SqliteSource>
{
    [Fact]
    public async Task Webhook_Document_KeepsItsPropertyNames()
    {
        await Store.Webhooks.CreateAsync(
            NewWebhook() with
            {
                Filter = "true",
                SignatureAlgorithm = SignatureAlgorithm.Ed25519,
                ClientCertificate = new ClientCertificateRecord("c", "k", [new("s", "i", "1", Now, Now)]),
                Oauth2 = new OAuth2ClientRecord("u", "c", "s", ["a"], "b"),
                OnFilterError = OnFilterError.Skip,
                MatchLabels = new Dictionary<string, string> { ["region"] = "eu" },
                Timeout = TimeSpan.FromSeconds(1),
                RetryPolicy = new RetryPolicyRecord
                {
                    Backoff = BackoffKind.Fixed,
                    Initial = TimeSpan.FromSeconds(1),
                    Max = TimeSpan.FromSeconds(1),
                    MaxAge = TimeSpan.FromSeconds(1),
                    Preset = "wawp",
                },
                Secrets = [new SecretRecord("sec_1", "h", [1], Now, Now, "whpk_")],
                CustomDialect = new CustomDialectRecord { Envelope = "{payload}", Headers = [new("X-Sig", "{sig}")] },
            },
            Cancel);
        using var connection = Connection.Open(Source.File, readOnly: true);
        using var document = JsonDocument.Parse(connection.ReadText("SELECT document FROM webhooks")!);

        Assert.Equal(
            [
                "additional_dialect", "client_certificate.certificates.issuer", "client_certificate.certificates.not_after",
                "client_certificate.certificates.not_before", "client_certificate.certificates.serial_number",
                "client_certificate.certificates.subject", "client_certificate.chain", "client_certificate.key", "create_time", "custom_dialect.algorithm", "custom_dialect.encoding",
                "custom_dialect.envelope", "custom_dialect.headers.name", "custom_dialect.headers.value",
                "custom_dialect.key_format", "custom_dialect.name", "custom_dialect.signature_join",
                "custom_dialect.signed_content", "custom_dialect.timestamp_unit", "description", "dialect", "event_types", "external_id", "filter", "head_of_line", "headers", "id", "instances", "labels", "match_labels.region",
                "max_in_flight", "max_rate_per_second", "name", "number", "oauth2.audience", "oauth2.client_id", "oauth2.client_secret",
                "oauth2.scopes", "oauth2.token_url", "on_filter_error", "request_fingerprint", "request_id",
                "retry_policy.backoff", "retry_policy.delays", "retry_policy.initial", "retry_policy.jitter",
                "retry_policy.max", "retry_policy.max_age", "retry_policy.max_attempts", "retry_policy.multiplier",
                "retry_policy.non_retryable_statuses", "retry_policy.preset", "secrets.create_time", "secrets.expire_time", "secrets.hint",
                "secrets.id", "secrets.public_key", "secrets.sealed", "send_trace_context", "signature_algorithm", "state", "state_reason", "tenant_id", "timeout", "update_time", "url", "version", "while_disabled", "while_suspended",
            ],
            Flatten(document.RootElement, "").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Redrive_Terms_KeepTheirPropertyNames()
    {
        var filter = new DeliveryFilter
        {
            TenantId = TenantRecord.DefaultId,
            WebhookId = "w",
            EventId = "e",
            States = [DeliveryState.Dead],
            EventTypes = ["t"],
            Instance = "i",
            CreatedAfter = Now,
            CreatedBefore = Now,
        };
        await Store.Redrives.CreateAsync(
            new RedriveRecord { Id = "rdv_1", Filter = filter, MaxRatePerSecond = 1 }, new RedriveScope(0, 0, 1), Cancel);
        using var connection = Connection.Open(Source.File, readOnly: true);
        using var document = JsonDocument.Parse(connection.ReadText("SELECT terms FROM redrives")!);

        Assert.Equal(
            [
                "max_rate_per_second", "selection.created_after", "selection.created_before", "selection.event_id",
                "selection.event_types", "selection.instance", "selection.states", "selection.tenant_id", "selection.webhook_id",
            ],
            Flatten(document.RootElement, "").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Replay_Terms_KeepTheirPropertyNames()
    {
        var filter = new DeliveryFilter { TenantId = TenantRecord.DefaultId, WebhookId = "w" };
        await Store.Redrives.CreateAsync(
            new RedriveRecord { Id = "rdv_1", Filter = filter, Replay = new(OnlyMissing: true, "true"), MaxRatePerSecond = 1 },
            new RedriveScope(0, 0, 1), Cancel);
        using var connection = Connection.Open(Source.File, readOnly: true);
        using var document = JsonDocument.Parse(connection.ReadText("SELECT terms FROM redrives")!);

        Assert.Equal(
            ["max_rate_per_second", "replay.filter", "replay.only_missing", "selection.event_types", "selection.states", "selection.tenant_id", "selection.webhook_id"],
            Flatten(document.RootElement, "").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task AuditEvent_Document_KeepsItsPropertyNames()
    {
        var entry = new AuditRecord
        {
            TenantId = "t",
            Actor = new(AuditActorKind.ApiKey, "key_1", "n", "t"),
            Method = "CreateWebhook",
            Door = "grpc",
            PeerAddress = "192.0.2.1",
            Action = AuditAction.Created,
            ResourceType = "webhook",
            ResourceId = "wh_1",
            Changes = [new("name", "1", "2")],
        };
        await Store.Webhooks.CreateAsync(NewWebhook(), entry, Cancel);
        using var connection = Connection.Open(Source.File, readOnly: true);
        using var document = JsonDocument.Parse(connection.ReadText("SELECT document FROM audit_events")!);

        Assert.Equal(
            [
                "action", "actor.id", "actor.kind", "actor.name", "actor.tenant_id", "changes.field", "changes.new", "changes.old", "door", "method",
                "peer_address", "resource_id", "resource_type", "tenant_id", "time",
            ],
            Flatten(document.RootElement, "").Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Flatten(JsonElement element, string prefix) => element.EnumerateObject().SelectMany(
        property => property.Value switch
        {
            { ValueKind: JsonValueKind.Object } inner when inner.EnumerateObject().Any() =>
                Flatten(inner, prefix + property.Name + "."),
            { ValueKind: JsonValueKind.Array } inner when inner.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Object) =>
                Flatten(inner[0], prefix + property.Name + "."),
            _ => [prefix + property.Name],
        });
}
