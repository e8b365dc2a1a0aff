namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>A store whose server ended in the middle of a large append.</summary>
public sealed class CutOffAppendTests : SqliteTests
{
    private const int Many = 500;

    [Fact]
    public async Task Open_AppendCutOff_IsBroughtToItsEnd_AndCopiedOnlyThen()
    {
        var database = Open();
        await using (var store = SqliteStorage.CreateEngine(database))
        {
            var webhook = await store.Webhooks.CreateAsync(
                new WebhookRecord { Id = "wh_1", TenantId = TenantRecord.DefaultId, Url = "https://a/", EventTypes = ["*"], Dialect = "svix", Secrets = [] }, Cancel);
            var added = new NewEvent(
                new EventRecord { Id = "evt_1", TenantId = TenantRecord.DefaultId, Type = "a", Payload = [1], CreateTime = Clock.GetStoreNow() },
                [.. Enumerable.Range(0, Many).Select(n => new NewDelivery($"dlv_{n}", "wh_1", DeliveryTrigger.Publish, Leased: false))],
                null);
            var request = new AppendRequest(TenantRecord.DefaultId, webhook.ConfigVersion, [added], "node", TimeSpan.FromMinutes(1));

            var begun = await database.WriteAsync(session => Appends.Begin(session, request, 1), Cancel);
            Assert.Equal(10, begun.Left.Count);
        }

        var options = new SqliteStorageOptions { Path = StorePath, TimeProvider = Clock };
        var refusal = await Assert.ThrowsAsync<StorageOpenException>(() => SqliteStorage.OpenSourceAsync(options, Cancel));
        Assert.Contains("start it once", refusal.Message, StringComparison.Ordinal);

        await using (var store = await SqliteStorage.OpenAsync(options, Cancel))
        {
            var found = await store.Deliveries.ListAsync(new DeliveryQuery { EventId = "evt_1", Limit = 1_000 }, Cancel);
            Assert.Equal(Many, found.Items.Count);
            Assert.All(found.Items, delivery => Assert.Equal(DeliveryState.Pending, delivery.State));
        }

        await using var source = await SqliteStorage.OpenSourceAsync(options, Cancel);
    }
}
