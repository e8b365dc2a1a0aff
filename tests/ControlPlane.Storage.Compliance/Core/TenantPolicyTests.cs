namespace ControlPlane.Storage.Compliance;

/// <summary>What a tenant's plan allows.</summary>
public abstract class TenantPolicyTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TenantPolicy Narrow = new()
    {
        StrictEventTypes = true,
        EnforceSchemas = true,
        MaxWebhooks = 3,
        PublishRatePerSecond = 0.5,
        MaxPayloadBytes = 100,
        Retention = TimeSpan.FromHours(36),
        DisabledFeatures = ["watch", "webhooks"],
    };

    private async Task<TenantPolicy> ReadPolicyAsync() =>
        (await Store.Webhooks.LoadTenantAsync("ten_1", Cancel))!.Policy;

    private Task<TenantWrite> SetAsync(TenantPolicy policy, long version) => Store.Access.UpdateTenantAsync(
        new TenantRecord { Id = "ten_1", Policy = policy, Version = version, CreateTime = Now, UpdateTime = Now }, Cancel);

    [Fact]
    public async Task Policy_Created_ReadsBackEqual()
    {
        var tenant = new TenantRecord { Id = "ten_1", Policy = Narrow, CreateTime = Now, UpdateTime = Now };
        await Store.Access.CreateTenantAsync(tenant, Cancel);
        await ReopenAsync();

        Assert.Equivalent(tenant, await Store.Access.GetTenantAsync("ten_1", Cancel), strict: true);
        Assert.Equivalent(Narrow, await ReadPolicyAsync(), strict: true);
        Assert.Equivalent(
            new TenantPolicy(), (await Store.Access.GetTenantAsync(TenantRecord.DefaultId, Cancel))!.Policy, strict: true);
    }

    [Fact]
    public async Task Policy_Changed_BumpsTheConfiguration()
    {
        await AddTenantAsync("ten_1");
        var before = await ReadConfigVersionAsync("ten_1");

        Assert.Equal(TenantWrite.Done, await SetAsync(Narrow, 2));
        Assert.Equal(before + 1, await ReadConfigVersionAsync("ten_1"));
        Assert.Equivalent(Narrow, await ReadPolicyAsync(), strict: true);
        Assert.Equal(TenantWrite.Done, await SetAsync(Narrow, 3));
        Assert.Equal(TenantWrite.VersionMismatch, await SetAsync(new TenantPolicy(), 3));
        Assert.Equal(before + 1, await ReadConfigVersionAsync("ten_1"));
        Assert.Equal(TenantWrite.Done, await SetAsync(new TenantPolicy(), 4));
        Assert.Equal(before + 2, await ReadConfigVersionAsync("ten_1"));
    }

    [Fact]
    public async Task Append_AfterAPolicyChanged_IsStale()
    {
        await AddTenantAsync("ten_1");
        var version = await ReadConfigVersionAsync("ten_1");
        await SetAsync(Narrow, 2);

        Assert.IsType<AppendResult.StaleConfig>(await Store.Events.AppendAsync(
            new AppendRequest("ten_1", version, [To(NewEvent(tenant: "ten_1"), false)], Owner, TimeSpan.Zero), Cancel));
    }

    [Fact]
    public async Task MaxWebhooks_ManyAtOnce_IsNeverExceeded()
    {
        await AddTenantAsync("ten_1");
        await SetAsync(Narrow, 2);

        var writes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Store.Webhooks.CreateAsync(NewWebhook("ten_1"), Cancel)));

        Assert.Equal(3, writes.Count(write => write.Outcome == WebhookWriteOutcome.Done));
        Assert.Equal(17, writes.Count(write => write.Outcome == WebhookWriteOutcome.LimitReached));
        Assert.Equal(3, (await Store.Webhooks.ListAsync("ten_1", null, 100, Cancel)).Items.Count);
        await AddWebhookAsync();
    }

    [Fact]
    public async Task MaxWebhooks_Reached_OneDeletedMakesRoom()
    {
        await AddTenantAsync("ten_1");
        await SetAsync(Narrow with { MaxWebhooks = 1 }, 2);
        var first = NewWebhook("ten_1") with { RequestId = "r", ExternalId = "x" };
        await Store.Webhooks.CreateAsync(first, Cancel);

        Assert.Equal(WebhookWriteOutcome.RequestIdUsed, await OutcomeAsync(NewWebhook("ten_1") with { RequestId = "r" }));
        Assert.Equal(WebhookWriteOutcome.ExternalIdTaken, await OutcomeAsync(NewWebhook("ten_1") with { ExternalId = "x" }));
        Assert.Equal(WebhookWriteOutcome.LimitReached, await OutcomeAsync(NewWebhook("ten_1")));
        await Store.Webhooks.DeleteAsync(first.Id, null, Now, Cancel);
        Assert.Equal(WebhookWriteOutcome.Done, await OutcomeAsync(NewWebhook("ten_1")));
    }

    private async Task<WebhookWriteOutcome> OutcomeAsync(WebhookRecord webhook) =>
        (await Store.Webhooks.CreateAsync(webhook, Cancel)).Outcome;
}
