namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>Files that cannot be written to: nothing is stored, nothing is lost, and it goes on when they can.</summary>
public sealed class OutageTests : LiteDbTests
{
    private readonly Dictionary<string, FailingFile> _files = [];

    [Fact]
    public async Task Write_DiskFullInACommit_NothingIsStoredAndItGoesOnLater()
    {
        var database = OpenFailing();
        await AddTenantAsync(database, "ten_1");

        Log.Room = 100;
        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => AddTenantAsync(database, "ten_2"));
        Assert.True(refused.NoRoom);
        Assert.Equal(["ten_1", "default"], await ListTenantsAsync(database));

        Log.Room = long.MaxValue;
        await AddTenantAsync(database, "ten_3");
        Assert.Equal(["ten_3", "ten_1", "default"], await ListTenantsAsync(database));
        await CloseAllAsync();
        Assert.Equal(["ten_3", "ten_1", "default"], await ListTenantsAsync(Open()));
    }

    [Fact]
    public async Task Write_CannotBeSynced_DoesNotComeBackAfterARestart()
    {
        var database = OpenFailing();
        await AddTenantAsync(database, "ten_1");
        Log.FailsToSync = true;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => AddTenantAsync(database, "ten_2"));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => AddTenantAsync(database, "ten_2"));
        Log.FailsToSync = false;
        await AddTenantAsync(database, "ten_3");

        await CloseAllAsync();
        Assert.Equal(["ten_3", "ten_1", "default"], await ListTenantsAsync(Open()));
    }

    [Theory]
    [InlineData("data")]
    [InlineData("sums")]
    [InlineData("log")]
    public async Task Checkpoint_DiskFull_WritesAndReadsGoOn(string full)
    {
        var database = OpenFailing(checkpointPages: 20);
        _files[full].FailsToWrite = full != "log";
        for (var i = 0; i < 100; i++)
        {
            // The log's own file is too full for a new beginning only.
            _files["log"].FailsToSync = full == "log" && i % 3 == 0;
            await Record.ExceptionAsync(() => AddTenantAsync(database, $"ten_{i}"));
        }

        _files["log"].FailsToSync = false;
        var before = await ListTenantsAsync(database);
        Assert.True(before.Count() > 50);
        _files[full].FailsToWrite = false;
        for (var i = 0; i < 50; i++)
        {
            await AddTenantAsync(database, $"late_{i}");
        }

        var all = await ListTenantsAsync(database);
        await CloseAllAsync();
        Assert.Equal(all, await ListTenantsAsync(Open()));
    }

    /// <summary>As a backup does it, and as a stop: all of the log is copied between two transactions, with nothing copied before.</summary>
    [Theory]
    [InlineData("data", 0)]
    [InlineData("data", 150_000)]
    [InlineData("sums", 0)]
    public async Task Hold_DiskFull_NothingIsLostByTheNextOne(string full, long room)
    {
        var database = OpenFailing();
        await using var store = LiteDbStorage.CreateEngine(database);
        var webhook = await store.Webhooks.CreateAsync(
            new WebhookRecord { Id = "wh_1", TenantId = TenantRecord.DefaultId, Url = "https://a/", EventTypes = ["*"], Dialect = "svix", Secrets = [] }, Cancel);
        var payload = new byte[100_000];
        payload.AsSpan().Fill(7);
        for (var n = 0; n < 4; n++)
        {
            var added = new EventRecord { Id = $"evt_{n}", TenantId = TenantRecord.DefaultId, Type = "a", Payload = payload, CreateTime = Clock.GetStoreNow() };
            Assert.IsType<AppendResult.Appended>(await store.Events.AppendAsync(
                new(TenantRecord.DefaultId, webhook.ConfigVersion, [new NewEvent(added, [], null)], "node", TimeSpan.FromMinutes(1)), Cancel));
            await AddTenantAsync(database, $"ten_{n}");
        }

        _files[full].Room = room;
        Assert.ThrowsAny<Exception>(database.Checkpointer.Hold);
        _files[full].Room = long.MaxValue;
        database.Checkpointer.Hold().Dispose();

        await CloseAllAsync();
        var opened = Open();
        await using var again = LiteDbStorage.CreateEngine(opened);
        Assert.Equal(["ten_3", "ten_2", "ten_1", "ten_0", "default"], await ListTenantsAsync(opened));
        for (var n = 0; n < 4; n++)
        {
            Assert.Equal(payload, Assert.Single(await again.Events.FindAsync($"evt_{n}", TenantRecord.DefaultId, Cancel)).Payload);
        }

        Assert.Empty(await again.Capabilities.Integrity!.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Write_ReadOnly_IsUnavailableAndReadsGoOn()
    {
        var database = OpenFailing(checkpointPages: 20);
        await AddTenantAsync(database, "ten_1");
        foreach (var file in _files.Values)
        {
            file.IsReadOnly = true;
        }

        for (var i = 0; i < 30; i++)
        {
            var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => AddTenantAsync(database, $"ten_2_{i}"));
            Assert.Contains("Read-only", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["ten_1", "default"], await ListTenantsAsync(database));
        foreach (var file in _files.Values)
        {
            file.IsReadOnly = false;
        }

        await AddTenantAsync(database, "ten_3");
        await CloseAllAsync();
        Assert.Equal(["ten_3", "ten_1", "default"], await ListTenantsAsync(Open()));
    }

    [Fact]
    public async Task Append_DiskFullInTheMiddle_TheRestIsStoredWhenThereIsRoom()
    {
        const int Many = 2_000;
        var database = OpenFailing();
        await using var store = LiteDbStorage.CreateEngine(database);
        var webhook = await store.Webhooks.CreateAsync(
            new WebhookRecord { Id = "wh_1", TenantId = TenantRecord.DefaultId, Url = "https://a/", EventTypes = ["*"], Dialect = "svix", Secrets = [] }, Cancel);
        var added = new NewEvent(
            new EventRecord { Id = "evt_1", TenantId = TenantRecord.DefaultId, Type = "a", Payload = [1], CreateTime = Clock.GetStoreNow() },
            [.. Enumerable.Range(0, Many).Select(n => new NewDelivery($"dlv_{n}", "wh_1", DeliveryTrigger.Publish, Leased: false))],
            null);
        Log.Room = 800_000;

        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => store.Events.AppendAsync(new(TenantRecord.DefaultId, webhook.ConfigVersion, [added], "node", TimeSpan.FromMinutes(1)), Cancel));
        Assert.InRange(database.Backlog.Of(TenantRecord.DefaultId).OfTenant, 1, Many - 1);

        Log.Room = long.MaxValue;
        while (database.Backlog.Of(TenantRecord.DefaultId).OfTenant < Many)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            Cancel.ThrowIfCancellationRequested();
        }

        Assert.Equal(Many, (await store.Deliveries.ListAsync(new DeliveryQuery { EventId = "evt_1", Limit = 1_000 }, Cancel)).Items.Count * 2);
    }

    [Fact]
    public async Task Append_DiskFullNowAndThen_CountsAreOfWhatIsStored()
    {
        var database = OpenFailing();
        await using var store = LiteDbStorage.CreateEngine(database);
        var webhook = await store.Webhooks.CreateAsync(
            new WebhookRecord { Id = "wh_1", TenantId = TenantRecord.DefaultId, Url = "https://a/", EventTypes = ["*"], Dialect = "svix", Secrets = [] }, Cancel);
        var stored = 0;
        for (var n = 0; n < 3 * RecentCounts.Turns; n++)
        {
            Log.Room = n % 5 == 4 ? 100 : long.MaxValue;
            var added = new NewEvent(
                new EventRecord { Id = $"evt_{n}", TenantId = TenantRecord.DefaultId, Type = "a", Payload = [1], CreateTime = Clock.GetStoreNow() },
                [new NewDelivery($"dlv_{n}", "wh_1", DeliveryTrigger.Publish, Leased: false)],
                null);
            var request = new AppendRequest(TenantRecord.DefaultId, webhook.ConfigVersion, [added], "node", TimeSpan.FromMinutes(1));
            stored += await Record.ExceptionAsync(() => store.Events.AppendAsync(request, Cancel)) is null ? 1 : 0;
            Assert.Equal(stored, database.Backlog.Of(TenantRecord.DefaultId).OfTenant);
        }

        Log.Room = long.MaxValue;
        Assert.InRange(stored, RecentCounts.Turns, (3 * RecentCounts.Turns) - 1);
        await CloseAllAsync();
        var opened = Open();
        Assert.Equal(stored, opened.Backlog.Of(TenantRecord.DefaultId).OfTenant);
        Assert.Equal(stored, opened.Backlog.WaitingOfWebhook("wh_1"));
    }

    private FailingFile Log => _files["log"];

    private LiteDbDatabase OpenFailing(int checkpointPages = 2_048) => Open(checkpointPages, path =>
    {
        var name = path.EndsWith("-log", StringComparison.Ordinal) ? "log" : path.EndsWith("-sums", StringComparison.Ordinal) ? "sums" : "data";
        return _files[name] = new FailingFile(new DiskFile(path));
    });
}
