using ControlPlane.V1;

namespace ControlPlane.Cli.Output;

/// <summary>How tenants, API keys and the server itself are shown.</summary>
internal static class AccessView
{
    public static IReadOnlyList<Column<Tenant>> TenantColumns { get; } =
    [
        new("Id", t => t.Id, Whole: true),
        new("Name", t => t.Name),
        new("Labels", t => Show.Map(t.Labels)),
        new("Created", t => Show.Time(t.CreateTime)),
    ];

    public static IReadOnlyList<Column<ApiKey>> KeyColumns { get; } =
    [
        new("Id", k => k.Id, Whole: true),
        new("Name", k => k.Name),
        new("Tenant", Owner),
        new("Scopes", k => Show.Words(k.Scopes)),
        new("Expires", k => Show.Time(k.ExpireTime)),
        new("Last used", k => Show.Time(k.LastUseTime)),
        new("Revoked", k => new Cell(Show.Time(k.RevokeTime), Tone.Bad)),
    ];

    public static IEnumerable<Field> Fields(Tenant tenant) =>
    [
        new("id", tenant.Id),
        new("name", tenant.Name),
        .. Field.Unless(tenant.ExternalId.Length == 0, "external id", () => tenant.ExternalId),
        .. Field.Unless(tenant.Labels.Count == 0, "labels", () => Show.Map(tenant.Labels)),
        .. Plan(tenant, tenant.Limits ?? new TenantLimits()),
        new("etag", new Cell(tenant.Etag, Tone.Dim)),
        new("created", Show.Time(tenant.CreateTime)),
        new("updated", Show.Time(tenant.UpdateTime)),
    ];

    public static IEnumerable<Field> Fields(ApiKey key, string secret = "") =>
    [
        new("id", key.Id),
        .. Field.Unless(key.Name.Length == 0, "name", () => key.Name),
        new("tenant", Owner(key)),
        new("scopes", Show.Words(key.Scopes)),
        .. Field.Unless(key.WebhookIds.Count == 0, "webhooks", () => Show.Words(key.WebhookIds)),
        new("expires", key.ExpireTime is null ? "never" : Show.Time(key.ExpireTime)),
        new("created", Show.Time(key.CreateTime)),
        .. Field.Unless(key.RevokeTime is null, "revoked", () => new Cell(Show.Time(key.RevokeTime), Tone.Bad)),
        .. Field.Unless(secret.Length == 0, "key", () => new Cell(secret, Tone.Waiting)),
    ];

    public static IEnumerable<Field> Fields(GetServerInfoResponse info) =>
    [
        new("version", info.Version),
        new("storage", info.StorageProvider),
        new("store id", info.StoreId),
        new("node id", info.NodeId),
        new("started", Show.Time(info.StartTime)),
        .. info.Nodes.Select(node => new Field(
            "node", $"{node.NodeId}, {node.ShardCount} shards, joined {Show.Time(node.JoinTime)}, lease until {Show.Time(node.LeaseTime)}")),
    ];

    private static IEnumerable<Field> Plan(Tenant tenant, TenantLimits limits) =>
    [
        .. Field.Unless(!tenant.StrictEventTypes, "strict event types", () => Show.Yes(true)),
        .. Field.Unless(!tenant.EnforceSchemas, "enforce schemas", () => Show.Yes(true)),
        .. Field.Unless(limits.MaxWebhooks == 0, "max webhooks", () => Show.Number(limits.MaxWebhooks)),
        .. Field.Unless(limits.PublishRatePerSecond == 0, "max publish rate", () => $"{Show.Number(limits.PublishRatePerSecond)}/s"),
        .. Field.Unless(limits.MaxPayloadBytes == 0, "max payload", () => $"{Show.Number(limits.MaxPayloadBytes)} bytes"),
        .. Field.Unless(
            tenant.DisabledFeatures.Count == 0, "without", () => new Cell(Show.Words(tenant.DisabledFeatures), Tone.Waiting)),
    ];

    private static Cell Owner(ApiKey key) => key.Platform ? new Cell("platform", Tone.Waiting) : key.TenantId;
}
