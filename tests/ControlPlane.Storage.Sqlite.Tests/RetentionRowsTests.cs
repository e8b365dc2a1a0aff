using System.Globalization;

namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>What retention leaves behind in the file.</summary>
public sealed class RetentionRowsTests : SqliteTests
{
    private static readonly TimeSpan Month = TimeSpan.FromDays(31);
    private SqliteDatabase _database = null!;
    private StorageEngine _store = null!;
    private WebhookRecord _webhook = null!;
    private string _owner = "node-1";

    private DateTimeOffset Now => Clock.GetStoreNow();

    [Fact]
    public async Task Remove_NamesThatNothingRefersTo_GoAndCanComeBack()
    {
        await PrepareAsync();
        await SucceedAsync(await PublishAsync("old", "phone"));
        await PublishAsync("held", "");
        await PassEventsAsync(InternedTexts.NoteEvery);
        _owner = "node-2";
        await SucceedAsync(await PublishAsync("late", ""));
        Assert.Equal(["held", "late", "node-1", "node-2", "old", "phone"], await ReadNamesAsync());
        await _store.Ownership.JoinAsync(_owner, Cancel);
        await _store.Ownership.RecoverAsync(Cancel);
        Clock.Advance(Month);

        Assert.Equal(new Removed { Payloads = 2, Deliveries = 2, Events = 2, InternedTexts = 3 }, await RemoveAsync());

        Assert.Equal(["held", "late", "node-2"], await ReadNamesAsync());
        await PublishAsync("old", "phone");
        Assert.Single((await _store.Events.ListAsync(new EventQuery { EventTypes = ["old"], Instance = "phone" }, Cancel)).Items);
    }

    [Fact]
    public async Task Remove_OwnerOfALease_Stays()
    {
        await PrepareAsync();
        var held = await PublishAsync("a", "");
        await PassEventsAsync(InternedTexts.NoteEvery);
        await _store.Events.AppendAsync(Request("b", "", []), Cancel);
        Clock.Advance(Month);

        Assert.Equal(0, (await RemoveAsync()).InternedTexts);

        Assert.Contains("node-1", await ReadNamesAsync());
        Assert.NotNull(await SucceedAsync(held));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Remove_WhateverComesInWhateverOrder_NoRowLosesItsName(int seed)
    {
        await PrepareAsync();
        var random = new Random(seed);
        var open = new List<DeliveryRecord>();
        for (var round = 0; round < 150; round++)
        {
            open.Add(await PublishAsync($"type-{random.Next(12)}", $"instance-{random.Next(12)}"));
            while (open.Count > random.Next(6))
            {
                var next = open[random.Next(open.Count)];
                open.Remove(next);
                await SucceedAsync(next);
            }

            await PassEventsAsync(random.Next(InternedTexts.NoteEvery));
            Clock.Advance(TimeSpan.FromDays(random.Next(12)));
            await RemoveAsync();
            Assert.Equal("0", await _database.ReadAsync(
                connection => connection.ReadText(
                    """
                    SELECT (SELECT count(*) FROM events WHERE type_seq NOT IN (SELECT seq FROM names)
                        OR instance_seq NOT IN (SELECT seq FROM names))
                      + (SELECT count(*) FROM deliveries WHERE event_seq NOT IN (SELECT seq FROM events)
                        OR owner_seq NOT IN (SELECT seq FROM names))
                      + (SELECT count(*) FROM payloads WHERE event_seq NOT IN (SELECT seq FROM events))
                      + (SELECT count(*) FROM attempts WHERE key >> 20 NOT IN (SELECT seq FROM deliveries))
                      + (SELECT count(*) FROM dead_letters WHERE delivery NOT IN (SELECT seq FROM deliveries))
                      + (SELECT count(*) FROM webhook_deliveries WHERE delivery NOT IN (SELECT seq FROM deliveries))
                    """),
                Cancel));
        }

        Assert.InRange((await ReadNamesAsync()).Count, 1, 25);
    }

    [Fact]
    public async Task Remove_ManyDeliveries_NoneIsListedAnyMore()
    {
        await PrepareAsync();
        for (var i = 0; i < 1_100; i++)
        {
            var delivery = await PublishAsync("a", "");
            await (i % 10 == 0 ? KillAsync(delivery) : SucceedAsync(delivery));
        }

        var listed = "SELECT (SELECT count(*) FROM webhook_deliveries) || ' ' || (SELECT count(*) FROM dead_letters)";
        Assert.Equal("1024 110", await ReadAsync(listed));
        Clock.Advance(Month);
        await RemoveAsync();

        Assert.Equal("0 0", await ReadAsync(listed));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Remove_SomeSetGoingAgainSinceTheLook_StayWithAllThatBelongsToThem(int step)
    {
        await PrepareAsync();
        var deliveries = new List<DeliveryRecord>();
        for (var i = 0; i < 20; i++)
        {
            deliveries.Add(await PublishAsync("a", ""));
            await KillAsync(deliveries[^1]);
        }

        Clock.Advance(Month);
        var again = step == 0 ? [] : deliveries.Where((_, i) => i % step == 0).ToList();
        var sweep = new DeliverySweep(Terms(batch: 100));
        Assert.True(await _database.ReadAsync(sweep.Look, Cancel));
        foreach (var delivery in again)
        {
            Assert.Equal(RetryOrCancelOutcome.Done, (await _store.Deliveries.RetryAsync(delivery.Id, Cancel)).Outcome);
        }

        var removed = await _database.WriteAsync(sweep.Remove, Cancel);

        Assert.Equal(20 - again.Count, removed.Deliveries);
        Assert.Equal($"{again.Count} {again.Count} 0", await ReadAsync(
            """
            SELECT (SELECT count(*) FROM deliveries) || ' ' || (SELECT count(*) FROM attempts) || ' ' || (SELECT count(*) FROM dead_letters)
            """));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Remove_UnfinishedAmongEndedAndEventsWithoutDeliveries_KeepTheirPayloads(int seed)
    {
        await PrepareAsync();
        var random = new Random(seed);
        var unfinished = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            switch (random.Next(6))
            {
                case 0:
                    unfinished.Add((await PublishAsync("a", "")).EventId);
                    break;
                case 1 or 2:
                    await _store.Events.AppendAsync(Request("a", "", [1]), Cancel);
                    break;
                default:
                    await SucceedAsync(await PublishAsync("a", ""));
                    break;
            }
        }

        Clock.Advance(Month);

        Assert.Equal(60 - unfinished.Count, (await RemoveAsync()).Payloads);

        Assert.Equal(string.Join(' ', unfinished.Order(StringComparer.Ordinal)), await ReadAsync(
            "SELECT group_concat(id, ' ') FROM (SELECT id FROM events JOIN payloads ON event_seq = seq ORDER BY id)"));
    }

    [Fact]
    public async Task Remove_DiedAgainSinceTheLook_KeepsItsPayload()
    {
        await PrepareAsync();
        var deliveries = new[] { await PublishAsync("a", ""), await PublishAsync("a", ""), await PublishAsync("a", "") };
        foreach (var delivery in deliveries)
        {
            await KillAsync(delivery);
        }

        Clock.Advance(Month);
        var sweep = new PayloadSweep(Terms(batch: 100));
        Assert.True(await _database.ReadAsync(sweep.Look, Cancel));
        await _store.Deliveries.RetryAsync(deliveries[1].Id, Cancel);
        var claimed = await _store.Queue.ClaimDueAsync(new ClaimRequest(_webhook.Id, 1, _owner, TimeSpan.FromMinutes(1)), Cancel);
        await KillAsync(Assert.Single(claimed.Deliveries));

        Assert.Equal(2, (await _database.WriteAsync(sweep.Remove, Cancel)).Payloads);

        Assert.Equal(deliveries[1].EventId, await ReadAsync("SELECT id FROM events JOIN payloads ON event_seq = seq"));
    }

    [Fact]
    public async Task Remove_PassCutShort_ListsAreRightAllTheSame()
    {
        const string Listed = "SELECT count(*) FROM webhook_deliveries";
        await PrepareAsync();
        for (var i = 0; i < 1_100; i++)
        {
            await SucceedAsync(await PublishAsync("a", ""));
        }

        Clock.Advance(Month);
        var removed = 0;
        await foreach (var step in _store.Maintenance.RemoveExpiredAsync(Terms(batch: 10), Cancel))
        {
            if ((removed += step.Deliveries) == 500)
            {
                break;
            }
        }

        var left = (await _store.Deliveries.ListAsync(new DeliveryQuery { WebhookId = _webhook.Id, Limit = 1_000 }, Cancel)).Items;
        Assert.Equal(600, left.Count);
        Assert.Equal("1024", await ReadAsync(Listed));

        await RemoveAsync();
        Assert.Equal("500", await ReadAsync(Listed));

        await _store.Webhooks.DeleteAsync(_webhook.Id, null, Now, Cancel);
        Clock.Advance(Month);
        Assert.Equal(1, (await RemoveAsync()).Webhooks);
        Assert.Equal("0", await ReadAsync(Listed));
    }

    [Fact]
    public async Task Remove_Pages_AreUsedAgain()
    {
        await PrepareAsync();
        var pages = new List<int>();
        for (var month = 0; month < 6; month++)
        {
            for (var i = 0; i < 50; i++)
            {
                await SucceedAsync(await PublishAsync("a", "", new byte[20_000]));
            }

            Clock.Advance(Month);
            await RemoveAsync();
            pages.Add(int.Parse(
                (await _database.ReadAsync(connection => connection.ReadText("PRAGMA page_count"), Cancel))!, CultureInfo.InvariantCulture));
        }

        Assert.InRange(pages[^1], 1, pages[0] + 10);
    }

    [Fact]
    public async Task Remove_WhatStays_CostsTheWriterNothing()
    {
        await PrepareAsync();
        for (var i = 0; i < 20; i++)
        {
            await PublishAsync("a", "");
        }

        Clock.Advance(Month);
        var commits = _database.Commits;

        Assert.Equal(default, await RemoveAsync());

        Assert.Equal(commits, _database.Commits);
    }

    private async Task PrepareAsync()
    {
        _database = Open();
        _store = SqliteStorage.CreateEngine(_database);
        var webhook = new WebhookRecord
        {
            Id = "wh_1",
            TenantId = TenantRecord.DefaultId,
            Url = "https://example.com/",
            EventTypes = ["*"],
            Dialect = "standard-webhooks",
            Secrets = [],
        };
        _webhook = (await _store.Webhooks.CreateAsync(webhook, Cancel)).Webhook!;
    }

    private AppendRequest Request(string type, string instance, byte[] payload, params NewDelivery[] deliveries)
    {
        var stored = new EventRecord
        {
            Id = $"evt_{Guid.NewGuid():N}",
            TenantId = _webhook.TenantId,
            Type = type,
            Instance = instance,
            Payload = payload,
            CreateTime = Now,
        };
        return new AppendRequest(_webhook.TenantId, 2, [new NewEvent(stored, deliveries, null)], _owner, TimeSpan.FromMinutes(1));
    }

    private async Task<DeliveryRecord> PublishAsync(string type, string instance, byte[]? payload = null)
    {
        var delivery = new NewDelivery($"dlv_{Guid.NewGuid():N}", _webhook.Id, DeliveryTrigger.Publish, Leased: true);
        var result = await _store.Events.AppendAsync(Request(type, instance, payload ?? [1], delivery), Cancel);
        return Assert.IsType<AppendResult.Appended>(result).Events[0].Deliveries[0];
    }

    private Task<Completed?> KillAsync(DeliveryRecord delivery) => _store.Queue.CompleteAsync(
        new Completion(
            delivery, new AttemptRecord(1, delivery.Trigger, Now, TimeSpan.Zero, 500, FailureKind.HttpStatus, "", "", ""),
            DeliveryState.Dead, EndReason.AttemptsExhausted, null),
        Cancel);

    private Task<Completed?> SucceedAsync(DeliveryRecord delivery) => _store.Queue.CompleteAsync(
        new Completion(
            delivery, new AttemptRecord(1, delivery.Trigger, Now, TimeSpan.Zero, 200, FailureKind.None, "", "", ""),
            DeliveryState.Succeeded, EndReason.Delivered, null),
        Cancel);

    private async Task<Removed> RemoveAsync()
    {
        var all = default(Removed);
        await foreach (var step in _store.Maintenance.RemoveExpiredAsync(Terms(batch: 10), Cancel))
        {
            all += step;
        }

        return all;
    }

    private RetentionTerms Terms(int batch) => new(Now.AddDays(-30), Now.AddDays(-30), 0, Now, batch);

    private Task<string?> ReadAsync(string sql) => _database.ReadAsync(connection => connection.ReadText(sql), Cancel);

    /// <summary>As if so many events had been stored and had gone.</summary>
    private Task<long> PassEventsAsync(int count) => _database.WriteAsync(session => session.Counters.EventSeq += count, Cancel);

    private Task<List<string>> ReadNamesAsync() => _database.ReadAsync(
        connection =>
        {
            var names = new List<string>();
            using var rows = connection.Use(new Sql("SELECT text FROM names WHERE text <> '' ORDER BY text"));
            while (rows.Step())
            {
                names.Add(rows.Text(0));
            }

            return names;
        },
        Cancel);
}
