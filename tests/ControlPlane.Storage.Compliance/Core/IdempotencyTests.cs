namespace ControlPlane.Storage.Compliance;

/// <summary>Publishing again under the same event id or idempotency key.</summary>
public abstract class IdempotencyTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private static readonly byte[] Print = [1, 2, 3, 4];
    private static readonly byte[] OtherPrint = [4, 3, 2, 1];

    private NewEvent Chosen(string? id, string key, byte[] print, params WebhookRecord[] webhooks)
    {
        var stored = NewEvent() with { IdempotencyKey = key };
        return To(id is null ? stored : stored with { Id = id }, leased: false, webhooks) with { Fingerprint = print };
    }

    [Theory]
    [InlineData("evt_1", "")]
    [InlineData(null, "key-1")]
    [InlineData("evt_1", "key-1")]
    public async Task Append_SameAgain_AnswersTheFirstAndAddsNothing(string? id, string key)
    {
        var webhook = await AddWebhookAsync();
        var first = (await AppendAsync(Chosen(id, key, Print, webhook)))[0];
        Clock.Advance(TimeSpan.FromDays(1));
        await ReopenAsync();
        await AddWebhookAsync();

        var again = (await AppendAsync(Chosen(id, key, Print, webhook)))[0];

        Assert.True(again.Duplicate);
        Assert.Empty(again.Deliveries);
        Assert.Equivalent(first.Event, again.Event, strict: true);
        Assert.Single(await ListAsync(new DeliveryQuery()));
    }

    [Theory]
    [InlineData("evt_1", "")]
    [InlineData(null, "key-1")]
    public async Task Append_SameNameOtherContent_Conflicts(string? id, string key)
    {
        await AppendAsync(Chosen(id, key, Print));
        var innocent = To(NewEvent(), leased: false);

        var result = await TryAppendAsync(innocent, Chosen(id, key, OtherPrint));

        Assert.Equal(1, Assert.IsType<AppendResult.Conflict>(result).Index);
        Assert.Empty(await Store.Events.FindAsync(innocent.Event.Id, null, Cancel));
    }

    [Fact]
    public async Task Append_IdAndKeyOfDifferentEvents_Conflicts()
    {
        await AppendAsync(Chosen("evt_1", "", Print));
        await AppendAsync(Chosen(null, "key-2", Print));

        Assert.IsType<AppendResult.Conflict>(await TryAppendAsync(Chosen("evt_1", "key-2", Print)));
    }

    [Theory]
    [InlineData("evt_1", "key-new")]
    [InlineData("evt_new", "key-1")]
    public async Task Append_OneKnownOneNew_IsTheKnownEvent(string id, string key)
    {
        var first = (await AppendAsync(Chosen("evt_1", "key-1", Print)))[0].Event;

        var again = (await AppendAsync(Chosen(id, key, Print)))[0];

        Assert.True(again.Duplicate);
        Assert.Equivalent(first, again.Event, strict: true);
        Assert.IsType<AppendResult.Conflict>(await TryAppendAsync(Chosen(id, key, OtherPrint)));
    }

    [Fact]
    public async Task Append_GeneratedIdThatExists_Conflicts()
    {
        var stored = To(NewEvent(), leased: false);
        await AppendAsync(stored);

        Assert.IsType<AppendResult.Conflict>(await TryAppendAsync(stored));
        Assert.IsType<AppendResult.Conflict>(await TryAppendAsync(stored with { Fingerprint = Print }));
    }

    [Theory]
    [InlineData("evt_1", "")]
    [InlineData(null, "key-1")]
    public async Task Append_TwiceInOneRequest_SecondIsADuplicateOfTheFirst(string? id, string key)
    {
        var webhook = await AddWebhookAsync();

        var appended = await AppendAsync(
            Chosen(id, key, Print, webhook), To(NewEvent(), leased: false), Chosen(id, key, Print, webhook));

        Assert.Equal([false, false, true], appended.Select(a => a.Duplicate));
        Assert.Equivalent(appended[0].Event, appended[2].Event, strict: true);
        Assert.Single(await ListAsync(new DeliveryQuery()));
    }

    [Fact]
    public async Task Append_ConflictWithinOneRequest_StoresNothing()
    {
        var result = await TryAppendAsync(Chosen("evt_1", "", Print), Chosen("evt_1", "", OtherPrint));

        Assert.Equal(1, Assert.IsType<AppendResult.Conflict>(result).Index);
        Assert.Empty(await Store.Events.FindAsync("evt_1", null, Cancel));
    }

    [Fact]
    public async Task Append_SameNamesInTwoTenants_AreTwoEvents()
    {
        await AddTenantAsync("other");
        await AppendAsync(Chosen("evt_1", "key-1", Print));
        var foreign = NewEvent(tenant: "other") with { Id = "evt_1", IdempotencyKey = "key-1" };

        var appended = await AppendAsync(To(foreign, leased: false) with { Fingerprint = OtherPrint });

        Assert.False(appended[0].Duplicate);
    }

    [Fact]
    public async Task Append_SameAtOnce_StoresOne()
    {
        var webhook = await AddWebhookAsync();

        var results = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => AppendAsync(Chosen(null, "key-1", Print, webhook))));

        Assert.Single(results, result => !result[0].Duplicate);
        Assert.Single(results.Select(result => result[0].Event.Id).Distinct());
        Assert.Single(await ListAsync(new DeliveryQuery()));
    }
}
