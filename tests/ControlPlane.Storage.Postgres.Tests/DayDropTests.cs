using ControlPlane.Storage.Compliance;
using Npgsql;

namespace ControlPlane.Storage.Postgres.Tests;

/// <summary>Retention by dropping the partitions of whole days.</summary>
public sealed class DayDropTests : ReplayTest<PostgresSource>
{
    private StorageEngine _engine = null!;

    protected override async Task PrepareAsync() => _engine = await Source.OpenAsync(Clock, options => options with { DropsDays = true });

    protected override ValueTask EndAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Remove_DayHasExpired_GoesWithItsPartitions()
    {
        var webhook = await AddWebhookAsync();
        var delivered = new List<DeliveryRecord>();
        for (var i = 0; i < 10; i++)
        {
            delivered.Add(await DeliverAsync(webhook));
        }

        var before = await CountPartitionsAsync();
        Clock.Advance(PayloadAge + TimeSpan.FromDays(1));
        Assert.Equal(new Removed { Payloads = 10 }, await RemoveByDaysAsync());
        Assert.Equal((true, true, false), await LookAsync(delivered[0]));

        Clock.Advance(MetadataAge);
        var young = await DeliverAsync(webhook);
        Assert.Equal(new Removed { Deliveries = 10, Events = 10 }, await RemoveByDaysAsync());

        Assert.Equal((false, false, false), await LookAsync(delivered[0]));
        Assert.Equal([young], await ListAsync(new()));
        Assert.Equal(delivered[^1].Revision, await Store.Changes.GetFloorAsync(Cancel));
        // Those of the first days are gone and those of the last days were added: as many as at first, and the days in between are none.
        Assert.Equal(before, await CountPartitionsAsync());
        Assert.Equal(default, await RemoveByDaysAsync());
    }

    [Fact]
    public async Task Remove_SomethingOfTheDayStays_TheRestGoesRowByRow()
    {
        var webhook = await AddWebhookAsync();
        var dead = await BuryAsync(webhook);
        var delivered = await DeliverAsync(webhook);
        var waiting = await PublishAsync(webhook);

        Clock.Advance(MetadataAge + TimeSpan.FromDays(1));

        Assert.Equal(new Removed { Payloads = 1, Deliveries = 1, Events = 1 }, await RemoveByDaysAsync());
        Assert.Equal((false, false, false), await LookAsync(delivered));
        Assert.Equal((true, true, true), await LookAsync(dead));
        Assert.Equal((true, true, true), await LookAsync(waiting));
    }

    [Fact]
    public async Task Remove_DayHasNotExpiredYet_Stays()
    {
        var webhook = await AddWebhookAsync();
        // The clock begins at midnight, so the day ends a day later.
        var delivered = await DeliverAsync(webhook);

        Clock.Advance(MetadataAge + TimeSpan.FromHours(23));

        Assert.Equal(new Removed { Payloads = 1 }, await RemoveByDaysAsync());
        Assert.Equal((true, true, false), await LookAsync(delivered));
    }

    [Fact]
    public async Task Remove_NameOfADroppedEvent_IsFree()
    {
        var webhook = await AddWebhookAsync();
        NewEvent Named() => To(NewEvent() with { Id = "evt_same", IdempotencyKey = "key" }, leased: true, webhook) with { Fingerprint = [1] };
        await SucceedAsync((await AppendAsync(Named()))[0].Deliveries[0]);
        Clock.Advance(MetadataAge + TimeSpan.FromDays(1));

        await RemoveByDaysAsync();

        Assert.False((await AppendAsync(Named()))[0].Duplicate);
    }

    [Fact]
    public async Task Remove_DeliveryOfALaterDay_KeepsTheDayOfItsEvent()
    {
        var (webhook, born) = (await AddWebhookAsync(), await AddWebhookAsync());
        var first = await DeliverAsync(born);
        var stored = (await FindEventAsync(first))!;
        Clock.Advance(TimeSpan.FromDays(5));
        var later = await ReplayOneAsync(webhook, stored);

        Clock.Advance(PayloadAge);
        Assert.Equal(default, await RemoveByDaysAsync());
        Assert.Equal((true, true, true), await LookAsync(later));
        await SucceedAsync(Assert.Single((await ClaimAsync(webhook)).Deliveries));
        Assert.Equal(new Removed { Payloads = 1 }, await RemoveByDaysAsync());

        Clock.Advance(MetadataAge - TimeSpan.FromDays(11));
        Assert.Equal(new Removed { Deliveries = 1 }, (await RemoveByDaysAsync()) with { Redrives = 0 });
        Assert.Equal((false, true, false), await LookAsync(first));
        Assert.Equal((true, true, false), await LookAsync(later));
        Assert.Equal([later.Id], (await ListAsync(new() { EventId = stored.Id })).Select(each => each.Id));

        Clock.Advance(TimeSpan.FromDays(20));
        Assert.Equal(new Removed { Deliveries = 1, Events = 1 }, (await RemoveByDaysAsync()) with { Redrives = 0 });
        Assert.Equal((false, false, false), await LookAsync(later));
        Assert.Empty(await ListAsync(new() { EventId = stored.Id }));
    }

    private async Task<Removed> RemoveByDaysAsync()
    {
        var all = default(Removed);
        await foreach (var step in _engine.Maintenance.RemoveExpiredAsync(Terms(), Cancel))
        {
            all += step;
        }

        return all;
    }

    private async Task<long> CountPartitionsAsync()
    {
        await using var connection = new NpgsqlConnection(Source.Database);
        await connection.OpenAsync(Cancel);
        await using var count = new NpgsqlCommand(
            "SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent WHERE c.relkind = 'p'", connection);
        return (long)(await count.ExecuteScalarAsync(Cancel))!;
    }
}
