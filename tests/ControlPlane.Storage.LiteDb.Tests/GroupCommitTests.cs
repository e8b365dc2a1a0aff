namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>Operations that share a transaction, and do not share their misfortunes.</summary>
public sealed class GroupCommitTests : LiteDbTests
{
    /// <summary>Holds the writer within a transaction until released, so that what is queued meanwhile is the next one.</summary>
    private static async Task<(Task Holding, Action Release)> HoldAsync(LiteDbDatabase database)
    {
        var entered = new TaskCompletionSource();
        var release = new ManualResetEventSlim();
        var held = database.WriteAsync(
            session =>
            {
                entered.TrySetResult();
                release.Wait(Cancel);
                return session.Head;
            },
            Cancel);
        await entered.Task;
        return (held, release.Set);
    }

    [Fact]
    public async Task Write_ManyQueued_OneCommit()
    {
        var database = Open();
        var before = database.Commits;
        var (held, release) = await HoldAsync(database);

        var writes = Enumerable.Range(0, 500).Select(i => AddTenantAsync(database, $"ten_{i}")).ToList();
        release();
        await Task.WhenAll([held, .. writes]);

        Assert.Equal(1, database.Commits - before);
        Assert.Equal(501, (await ListTenantsAsync(database)).Count());
    }

    [Fact]
    public async Task Write_TransactionHasTakenLong_RestWaitsForTheNext()
    {
        var database = Open();
        var before = database.Commits;
        var (held, release) = await HoldAsync(database);

        var slow = database.WriteAsync(
            session =>
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                return session.Head;
            },
            Cancel);
        var writes = Enumerable.Range(0, 10).Select(i => AddTenantAsync(database, $"ten_{i}")).ToList();
        release();
        await Task.WhenAll([held, slow, .. writes]);

        Assert.Equal(2, database.Commits - before);
    }

    [Fact]
    public async Task Write_OneAfterTheOther_OneCommitEach()
    {
        var database = Open();
        var before = database.Commits;

        for (var i = 0; i < 5; i++)
        {
            await AddTenantAsync(database, $"ten_{i}");
        }

        Assert.Equal(5, database.Commits - before);
    }

    [Fact]
    public async Task Write_OneFailsInTheDatabase_OthersCommit()
    {
        var database = Open();
        var (held, release) = await HoldAsync(database);
        var runs = 0;

        var first = AddTenantAsync(database, "ten_1");
        var poisoned = database.WriteAsync(
            session =>
            {
                runs++;
                TenantDocuments.Create(session, new TenantRecord { Id = "ten_poisoned" });
                session.Stored.Insert(Collections.Meta, [session.Stored.Find(Collections.Meta, 1L)!]);
                return true;
            },
            Cancel);
        var last = AddTenantAsync(database, "ten_2");
        release();

        await Assert.ThrowsAsync<LiteDB.LiteException>(() => poisoned);
        await Task.WhenAll(held, first, last);
        Assert.Equal(2, runs);
        Assert.Equal(["ten_2", "ten_1", "default"], await ListTenantsAsync(database));
    }

    [Fact]
    public async Task Write_OneThrows_CountersGoBack()
    {
        var database = Open();
        var (held, release) = await HoldAsync(database);

        var poisoned = database.WriteAsync<bool>(
            session =>
            {
                session.Counters.Revision += 100;
                throw new InvalidOperationException("as planned");
            },
            Cancel);
        var after = database.WriteAsync(
            session => session.Counters.Revision, Cancel);
        release();
        await held;

        await Assert.ThrowsAsync<InvalidOperationException>(() => poisoned);
        Assert.Equal(0, await after);
        Assert.Equal(0, database.Head);
    }

    [Fact]
    public async Task Write_CancelledWhileQueued_IsDroppedOthersRun()
    {
        var database = Open();
        var (held, release) = await HoldAsync(database);
        using var cancel = new CancellationTokenSource();

        var dropped = database.WriteAsync(
            session => TenantDocuments.Create(session, new TenantRecord { Id = "ten_dropped" }), cancel.Token);
        var kept = AddTenantAsync(database, "ten_kept");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dropped);
        release();
        await Task.WhenAll(held, kept);

        Assert.Equal(["ten_kept", "default"], await ListTenantsAsync(database));
    }

    [Fact]
    public async Task Write_CancelledWhileRunning_RunsToTheEnd()
    {
        var database = Open();
        using var cancel = new CancellationTokenSource();

        var write = database.WriteAsync(
            session =>
            {
                cancel.Cancel();
                return TenantDocuments.Create(session, new TenantRecord { Id = "ten_1" }) == TenantWrite.Done;
            },
            cancel.Token);

        Assert.True(await write);
        Assert.Equal(["ten_1", "default"], await ListTenantsAsync(database));
    }

    [Fact]
    public async Task Append_GeneratedIdThatExists_IsAConflictAndOthersOfTheCommitAreStored()
    {
        var database = Open();
        Assert.IsType<AppendResult.Appended>(await AppendAsync(database, 1, null, "evt_taken"));
        var (held, release) = await HoldAsync(database);

        var first = AppendAsync(database, 1, null, "evt_1");
        var taken = AppendAsync(database, 1, null, "evt_2", "evt_taken");
        var last = AppendAsync(database, 1, null, "evt_3");
        release();
        await held;

        Assert.Equal(1, Assert.IsType<AppendResult.Conflict>(await taken).Index);
        Assert.IsType<AppendResult.Appended>(await first);
        Assert.IsType<AppendResult.Appended>(await last);
        Assert.Equal(1, Assert.IsType<AppendResult.Conflict>(await AppendAsync(database, 1, null, "evt_2", "evt_taken")).Index);
        var stored = await database.ReadAsync(documents => EventList.Read(documents, new EventQuery()), Cancel);
        Assert.Equal(["evt_3", "evt_1", "evt_taken"], stored.Items.Select(e => e.Id));
    }

    [Fact]
    public async Task Complete_LeasedInACommitThatFailedAtFirst_IsRecordedOnce()
    {
        var database = Open();
        var engine = LiteDbStorage.CreateEngine(database);
        await engine.Webhooks.CreateAsync(
            new WebhookRecord { Id = "wh_1", TenantId = TenantRecord.DefaultId, Url = "https://a/", EventTypes = ["*"], Dialect = "svix", Secrets = [] },
            Cancel);
        var (held, release) = await HoldAsync(database);
        var appending = AppendAsync(database, 2, "wh_1", "evt_1");
        var poisoned = database.WriteAsync<bool>(_ => throw new InvalidOperationException("as planned"), Cancel);
        release();
        await held;
        await Assert.ThrowsAsync<InvalidOperationException>(() => poisoned);
        var leased = Assert.IsType<AppendResult.Appended>(await appending).Events[0].Deliveries[0];

        // The lease of the first, which is completed here, is taken back with the commit and found in the store.
        var (again, releaseAgain) = await HoldAsync(database);
        var completing = engine.Queue.CompleteAsync(Succeeded(leased), Cancel);
        var failing = database.WriteAsync<bool>(_ => throw new InvalidOperationException("as planned"), Cancel);
        releaseAgain();
        await again;

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        Assert.Equal(1, (await completing)!.Delivery.AttemptCount);
        Assert.Null(await engine.Queue.CompleteAsync(Succeeded(leased), Cancel));
        Assert.Single(await engine.Deliveries.ListAttemptsAsync(leased.Id, Cancel));
    }

    [Fact]
    public async Task Complete_LeaseOfAnAppendThatWasTakenBack_IsStale()
    {
        var database = Open();
        var engine = LiteDbStorage.CreateEngine(database);
        await engine.Webhooks.CreateAsync(
            new WebhookRecord { Id = "wh_1", TenantId = TenantRecord.DefaultId, Url = "https://a/", EventTypes = ["*"], Dialect = "svix", Secrets = [] },
            Cancel);
        DeliveryRecord? leased = null;
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync<bool>(
            session =>
            {
                var added = Appends.Append(session, NewAppend(2, "wh_1", "evt_1"));
                leased = Assert.IsType<AppendResult.Appended>(added).Events[0].Deliveries[0];
                throw new InvalidOperationException("as planned");
            },
            Cancel));

        Assert.Null(await engine.Queue.CompleteAsync(Succeeded(leased!), Cancel));
    }

    [Fact]
    public async Task Append_ConfigurationChangeTakenBack_GoesByTheOneThatStands()
    {
        var database = Open();
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync<bool>(
            session =>
            {
                TenantDocuments.Bump(session, TenantRecord.DefaultId);
                Assert.IsType<AppendResult.Appended>(Appends.Append(session, NewAppend(2, null, "evt_1")));
                throw new InvalidOperationException("as planned");
            },
            Cancel));

        Assert.IsType<AppendResult.StaleConfig>(await AppendAsync(database, 2, null, "evt_2"));
        Assert.IsType<AppendResult.Appended>(await AppendAsync(database, 1, null, "evt_3"));
    }

    private static Completion Succeeded(DeliveryRecord leased) => new(
        leased,
        new AttemptRecord(1, DeliveryTrigger.Publish, default, default, 200, FailureKind.None, "", "", ""),
        DeliveryState.Succeeded,
        EndReason.Delivered,
        RetryAfter: null);

    private static Task<AppendResult> AppendAsync(LiteDbDatabase database, long version, string? webhook, params string[] ids) =>
        database.WriteAsync(session => Appends.Append(session, NewAppend(version, webhook, ids)), Cancel);

    /// <summary>Events with generated ids, each with a leased delivery if there is a webhook.</summary>
    private static AppendRequest NewAppend(long version, string? webhook, params string[] ids) => new(
        TenantRecord.DefaultId,
        version,
        [
            .. ids.Select(id => new NewEvent(
                new EventRecord { Id = id, TenantId = TenantRecord.DefaultId, Type = "a", Payload = [1] },
                webhook is null ? [] : [new NewDelivery($"dlv_{id}", webhook, DeliveryTrigger.Publish, Leased: true)],
                Fingerprint: null)),
        ],
        "node",
        TimeSpan.Zero);
}
