using ControlPlane.Storage;

namespace ControlPlane.Benchmarks.Load;

/// <summary>A tenant of a store that is open in this process: publishes with the engine's own operations.</summary>
internal sealed class EngineTenant
{
    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);
    private readonly StorageEngine _store;
    private readonly IdSource _ids;
    private readonly string _id;
    private readonly List<string> _webhooks = [];
    private readonly byte[] _payload;
    private long _version;

    private EngineTenant(StorageEngine store, IdSource ids, string id, byte[] payload) => (_store, _ids, _id, _payload) = (store, ids, id, payload);

    public static async Task<EngineTenant> CreateAsync(
        StorageEngine store, IdSource ids, int webhooks, byte[] payload, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetStoreNow();
        var tenant = new EngineTenant(store, ids, ids.Next("ten_"), payload);
        await store.Access.CreateTenantAsync(new() { Id = tenant._id, CreateTime = now, UpdateTime = now }, Audit(tenant._id), cancellationToken);
        for (var i = 0; i < webhooks; i++)
        {
            var webhook = new WebhookRecord
            {
                Id = ids.Next("wh_"),
                TenantId = tenant._id,
                Url = "https://example.com/hook",
                EventTypes = ["*"],
                Dialect = "standard-webhooks",
                Secrets = [],
                CreateTime = now,
                UpdateTime = now,
            };
            tenant._version = (await store.Webhooks.CreateAsync(webhook, Audit(tenant._id), cancellationToken)).ConfigVersion;
            tenant._webhooks.Add(webhook.Id);
        }

        return tenant;
    }

    /// <summary>Publishes events, each to so many webhooks.</summary>
    public async Task PublishAsync(int events, int webhooks, CancellationToken cancellationToken)
    {
        var added = Enumerable.Range(0, events).Select(_ => new NewEvent(
            new() { Id = _ids.Next("evt_"), TenantId = _id, Type = "a", Payload = _payload, CreateTime = TimeProvider.System.GetStoreNow() },
            [.. _webhooks.Take(webhooks).Select(webhook => new NewDelivery(_ids.Next("dlv_"), webhook, DeliveryTrigger.Publish, Leased: false))],
            Fingerprint: null));
        var result = await _store.Events.AppendAsync(new AppendRequest(_id, _version, [.. added], "benchmark", Lease), cancellationToken);
        if (result is not AppendResult.Appended)
        {
            throw new Reporting.BenchmarkException($"The store answers {result}.");
        }
    }

    private static AuditRecord Audit(string id) => new()
    {
        TenantId = id,
        Actor = new(AuditActorKind.Server),
        Action = AuditAction.Created,
        ResourceType = "benchmark",
        ResourceId = id,
    };
}
