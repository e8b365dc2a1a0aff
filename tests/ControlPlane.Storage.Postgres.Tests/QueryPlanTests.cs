using System.Text.RegularExpressions;
using ControlPlane.Testing.Postgres;

namespace ControlPlane.Storage.Postgres.Tests;

/// <summary>What is done all the time finds its rows by an index: read from the plans that the database used.</summary>
public sealed partial class QueryPlanTests
{
    private static readonly string[] Large = ["deliveries", "events", "payloads", "attempts", "event_names", "webhooks", "tenants", "api_keys"];

    [Fact]
    public async Task EveryOperation_UsesIndexes()
    {
        await using var server = await PostgresServer.StartAsync(
            "fsync=off", "log_min_messages=log", "session_preload_libraries=auto_explain", "auto_explain.log_min_duration=0");
        var database = await server.CreateDatabaseAsync();
        await using (var engine = await PostgresStorage.OpenAsync(new() { ConnectionString = database }, TestContext.Current.CancellationToken))
        {
            await engine.Ownership.JoinAsync("node", TestContext.Current.CancellationToken);
            await WorkAsync(engine);
        }

        var log = await server.ReadLogAsync();
        if (log is not null)
        {
            Assert.Contains("Index Scan using deliveries_d", log, StringComparison.Ordinal);
            Assert.Empty(Scans().Matches(log).Select(scan => scan.Value).Where(scan => Large.Any(table => scan.Contains($" {table}", StringComparison.Ordinal))).Distinct());
        }
    }

    private static async Task WorkAsync(StorageEngine store)
    {
        var cancel = TestContext.Current.CancellationToken;
        var ids = new IdSource(TimeProvider.System);
        var now = TimeProvider.System.GetStoreNow();
        var webhook = new WebhookRecord
        {
            Id = ids.Next("wh_"),
            TenantId = TenantRecord.DefaultId,
            Url = "https://example.com/",
            EventTypes = ["*"],
            Dialect = "standard",
            Secrets = [],
            CreateTime = now,
            UpdateTime = now,
        };
        var version = (await store.Webhooks.CreateAsync(webhook, cancel)).ConfigVersion;
        DeliveryRecord? last = null;
        for (var i = 0; i < 20; i++)
        {
            var added = new EventRecord
            {
                Id = ids.Next("evt_"),
                TenantId = webhook.TenantId,
                Type = "a.b",
                IdempotencyKey = $"key-{i}",
                OrderingKey = i % 2 == 0 ? "line" : "",
                Payload = [1],
                CreateTime = now,
            };
            var request = new AppendRequest(
                webhook.TenantId, version, [new NewEvent(added, [new(ids.Next("dlv_"), webhook.Id, DeliveryTrigger.Publish, i % 3 == 0)], [1])], "node",
                TimeSpan.FromMinutes(1));
            last = Assert.IsType<AppendResult.Appended>(await store.Events.AppendAsync(request, cancel)).Events[0].Deliveries[0];
            Assert.True(Assert.IsType<AppendResult.Appended>(await store.Events.AppendAsync(request, cancel)).Events[0].Duplicate);
        }

        var claimed = (await store.Queue.ClaimDueAsync(new ClaimRequest(webhook.Id, 5, "node", TimeSpan.FromMinutes(1)), cancel)).Deliveries;
        var attempt = new AttemptRecord(1, DeliveryTrigger.Publish, now, TimeSpan.Zero, 500, FailureKind.HttpStatus, "", "", "");
        await store.Queue.ExtendAsync([new Lease(claimed[0].Id, claimed[0].Fence)], TimeSpan.FromMinutes(2), cancel);
        await store.Queue.CompleteAsync(new Completion(claimed[0], attempt, DeliveryState.Dead, EndReason.Gone, null), cancel);
        await store.Queue.ReleaseAsync([new Lease(claimed[1].Id, claimed[1].Fence)], TimeSpan.Zero, cancel);
        await store.Deliveries.RetryAsync(claimed[0].Id, cancel);
        await store.Deliveries.CancelAsync(claimed[0].Id, cancel);
        await store.Deliveries.ListAttemptsAsync(claimed[0].Id, cancel);
        await store.Deliveries.FindAheadAsync(last!.Id, cancel);
        await store.Deliveries.CancelOrphansAsync(cancel);
        foreach (var filter in new DeliveryFilter[]
        {
            new(), new() { TenantId = webhook.TenantId }, new() { WebhookId = webhook.Id }, new() { EventId = last.EventId },
            new() { States = [DeliveryState.Dead], TenantId = webhook.TenantId }, new() { States = [DeliveryState.Dead], WebhookId = webhook.Id },
        })
        {
            await store.Deliveries.ListAsync(new DeliveryQuery(filter), cancel);
        }

        await store.Redrives.CountAsync(new DeliveryFilter { States = [DeliveryState.Dead] }, cancel);
        await store.Events.ListAsync(new EventQuery { TenantId = webhook.TenantId }, cancel);
        await store.Events.FindManyAsync([last.EventId], webhook.TenantId, 1_000, cancel);
        await store.Queue.ListWaitingAsync(cancel);
        await store.Queue.CountBacklogAsync(webhook.TenantId, cancel);
        await store.Ownership.RecoverAsync(cancel);
        await store.Changes.ReadAfterAsync(0, 100, cancel);
        await store.Changes.FindBeforeAsync(now, cancel);
        await store.Access.FindKeyAsync(new byte[32], cancel);
        await store.Webhooks.LoadTenantAsync(webhook.TenantId, cancel);
        await store.Webhooks.GetConfigVersionAsync(webhook.TenantId, cancel);
    }

    [GeneratedRegex(@"Seq Scan on .*")]
    private static partial Regex Scans();
}
