using System.Text.RegularExpressions;
using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Postgres.Tests;

/// <summary>What belongs to one owner is read without what belongs to others: read from the plans that the database used.</summary>
public sealed partial class OwnerPlanTests : ReplayTest<PlannedSource>
{
    [Fact]
    public async Task OwnerOfFew_AmongManyOfOthers_IsReadByItsOwnIndex()
    {
        await AddTenantAsync("quiet");
        var (busy, quiet) = (await AddWebhookAsync(), await AddWebhookAsync("quiet"));
        var (one, other) = (await PublishAsync(busy), await PublishAsync(quiet));
        // Half of what there is in the planner's eyes; it does not know that the quiet one's are the first.
        await Source.ExecuteAsync(
            $"""
            INSERT INTO deliveries SELECT r.* FROM deliveries d, generate_series(1, 12000) g,
              LATERAL jsonb_populate_record(d, jsonb_build_object('seq', d.seq + 10 + g, 'id', 'copy_' || g)) r WHERE d.id = '{one.Id}';
            INSERT INTO events SELECT r.* FROM events e, generate_series(1, 12000) g,
              LATERAL jsonb_populate_record(e, jsonb_build_object('seq', e.seq + 10 + g, 'id', 'copy_' || g)) r WHERE e.id = '{one.EventId}';
            UPDATE store SET delivery_seq = delivery_seq + 20000, event_seq = event_seq + 20000;
            ANALYZE
            """);
        var before = (await Source.ReadLogAsync())?.Length ?? 0;

        var filters = new DeliveryFilter[] { new() { TenantId = "quiet" }, new() { WebhookId = quiet.Id }, new() { TenantId = "quiet", WebhookId = quiet.Id } };
        foreach (var filter in filters)
        {
            Assert.Equal(other.Id, Assert.Single((await Store.Deliveries.ListAsync(new DeliveryQuery(filter) { Limit = 50 }, Cancel)).Items).Id);
            await Store.Redrives.CountAsync(filter with { States = [DeliveryState.Cancelled] }, Cancel);
        }

        Assert.Single((await Store.Events.ListAsync(new EventQuery { TenantId = "quiet", Limit = 50 }, Cancel)).Items);
        await ReadAllAsync(For(quiet));
        await Store.Erasures.FindAsync(new ErasureWalk("quiet", 0, null, 1_000), Cancel);

        if (await Source.ReadLogAsync() is { } log)
        {
            Assert.Empty(PassedOver().Matches(log[before..]).Select(filter => filter.Value).Distinct());
        }
    }

    /// <summary>Rows of others are read and left out: the owner, found by a statement within, is no condition of an index.</summary>
    [GeneratedRegex(@"Filter: .*\b(tenant_seq|webhook_seq) [=<>]+ \$.*")]
    private static partial Regex PassedOver();
}
