namespace ControlPlane.Storage.Compliance;

/// <summary>Webhooks and the configuration version that follows them.</summary>
public abstract class WebhookTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private Task<WebhookWrite> CreateAsync(WebhookRecord webhook) => Store.Webhooks.CreateAsync(webhook, Cancel);

    private Task<WebhookWrite> UpdateAsync(WebhookRecord webhook) => Store.Webhooks.UpdateAsync(webhook, Cancel);

    private Task<WebhookWrite> DeleteAsync(WebhookRecord webhook, long? version = null) =>
        Store.Webhooks.DeleteAsync(webhook.Id, version, Now, Cancel);

    [Fact]
    public async Task Create_Everything_ReadsBackEqual()
    {
        var webhook = NewWebhook() with
        {
            Name = "Orders \u20ac",
            Description = "d",
            ExternalId = "ext-1",
            RequestId = "req-1",
            RequestFingerprint = "abc",
            EventTypes = ["order.*", "ping"],
            Instances = ["a", "b"],
            Headers = new Dictionary<string, string> { ["x-a"] = "1" },
            Labels = new Dictionary<string, string> { ["team"] = "x" },
            RetryPolicy = new RetryPolicyRecord
            {
                Backoff = BackoffKind.Exponential,
                Initial = TimeSpan.FromMilliseconds(1_500),
                Multiplier = 1.7,
                Max = TimeSpan.FromHours(2),
                Delays = [TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)],
                MaxAttempts = 9,
                Jitter = 0.25,
                NonRetryableStatuses = [400, 422],
                MaxAge = TimeSpan.FromDays(3),
            },
            Dialect = "",
            CustomDialect = new CustomDialectRecord
            {
                Name = "acme",
                KeyFormat = DialectKeyFormat.Utf8,
                Algorithm = DialectAlgorithm.HmacSha512,
                SignedContent = "{ts}.{body}",
                Encoding = DialectEncoding.Hex,
                SignatureJoin = DialectSignatureJoin.RepeatedItem,
                TimestampUnit = DialectTimestampUnit.Milliseconds,
                Envelope = """{"é":"{event}","data":{payload}}""",
                Headers = [new("X-Acme", "t={ts},v1={sig}"), new("X-Acme-Event", "{event}")],
            },
            AdditionalDialect = "github",
            Timeout = TimeSpan.FromSeconds(7),
            MaxInFlight = 3,
            MaxRatePerSecond = 0.5,
            State = WebhookState.Suspended,
            StateReason = StateReason.Failing,
            Secrets =
            [
                new SecretRecord("sec_2", "h2", [0, 255], Now, null),
                new SecretRecord("sec_1", "h1", [], Now.AddDays(-1), Now.AddDays(1)),
            ],
        };

        var written = await CreateAsync(webhook);

        Assert.Equal(WebhookWriteOutcome.Done, written.Outcome);
        webhook = webhook with { Number = 1 };
        Assert.Equivalent(webhook, written.Webhook, strict: true);
        Assert.Equivalent(webhook, await Store.Webhooks.GetAsync(webhook.Id, Cancel), strict: true);
        await ReopenAsync();
        Assert.Equivalent(webhook, await Store.Webhooks.GetAsync(webhook.Id, Cancel), strict: true);
    }

    [Fact]
    public async Task Create_UnknownTenant_StoresNothing()
    {
        var webhook = NewWebhook("nobody");

        Assert.Equal(WebhookWriteOutcome.TenantNotFound, (await CreateAsync(webhook)).Outcome);
        Assert.Null(await Store.Webhooks.GetAsync(webhook.Id, Cancel));
    }

    [Fact]
    public async Task Create_Several_AreNumberedByTenantAndNoNumberIsGivenTwice()
    {
        await AddTenantAsync("other");
        var first = (await CreateAsync(NewWebhook())).Webhook!;
        var second = (await CreateAsync(NewWebhook())).Webhook!;
        Assert.Equal((1, 2), (first.Number, second.Number));
        Assert.Equal(1, (await CreateAsync(NewWebhook("other"))).Webhook!.Number);

        await DeleteAsync(second);
        await ReopenAsync();
        var third = (await CreateAsync(NewWebhook())).Webhook!;
        Assert.Equal(3, third.Number);
        var updated = await UpdateAsync(first with { Version = 2, Number = 77 });
        Assert.Equal(1, updated.Webhook!.Number);
        Assert.Equal([3, 1], (await Store.Webhooks.LoadTenantAsync(first.TenantId, Cancel))!.Webhooks.Select(webhook => webhook.Number));
    }

    [Fact]
    public async Task Write_EveryChange_BumpsTheConfigurationVersion()
    {
        await AddTenantAsync("other");
        var other = await ReadConfigVersionAsync("other");
        var start = await ReadConfigVersionAsync();

        var created = await CreateAsync(NewWebhook());
        var updated = await UpdateAsync(created.Webhook! with { Version = 2 });
        var deleted = await DeleteAsync(updated.Webhook!);

        Assert.Equal(
            [start + 1, start + 2, start + 3],
            [created.ConfigVersion, updated.ConfigVersion, deleted.ConfigVersion]);
        Assert.Equal(start + 3, await ReadConfigVersionAsync());
        Assert.Equal(other, await ReadConfigVersionAsync("other"));
        Assert.Equal(start + 3, await Store.Webhooks.GetConfigVersionAsync(created.Webhook!.TenantId, Cancel));
        Assert.Null(await Store.Webhooks.GetConfigVersionAsync("no-such-tenant", Cancel));
    }

    [Fact]
    public async Task Update_CurrentVersion_Replaces()
    {
        var webhook = await AddWebhookAsync();
        var changed = webhook with { Version = 2, Url = "https://example.com/2", UpdateTime = Now.AddSeconds(1) };

        var written = await UpdateAsync(changed);

        Assert.Equal(WebhookWriteOutcome.Done, written.Outcome);
        Assert.Equivalent(changed, written.Webhook, strict: true);
        Assert.Equivalent(changed, await Store.Webhooks.GetAsync(webhook.Id, Cancel), strict: true);
    }

    [Fact]
    public async Task UpdateOrDelete_OtherVersion_ChangesNothing()
    {
        var webhook = await AddWebhookAsync();
        var version = await ReadConfigVersionAsync();

        var update = await UpdateAsync(webhook with { Version = 3, Url = "https://example.com/no" });
        var delete = await DeleteAsync(webhook, version: 2);

        Assert.Equal(WebhookWriteOutcome.VersionMismatch, update.Outcome);
        Assert.Equal(WebhookWriteOutcome.VersionMismatch, delete.Outcome);
        Assert.Equivalent(webhook, update.Webhook, strict: true);
        Assert.Equal(version, delete.ConfigVersion);
        Assert.Equal(version, await ReadConfigVersionAsync());
        Assert.Equivalent(webhook, await Store.Webhooks.GetAsync(webhook.Id, Cancel), strict: true);
    }

    [Fact]
    public async Task Update_AtOnce_OneWins()
    {
        var webhook = await AddWebhookAsync();

        var written = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(i => UpdateAsync(webhook with { Version = 2, Name = $"n{i}" })));

        Assert.Single(written, w => w.Outcome == WebhookWriteOutcome.Done);
    }

    [Fact]
    public async Task ExternalId_TakenByALiveWebhookOfTheTenant_IsRefused()
    {
        await AddTenantAsync("other");
        var first = (await CreateAsync(NewWebhook() with { ExternalId = "ext" })).Webhook!;
        var second = (await CreateAsync(NewWebhook())).Webhook!;

        Assert.Equal(WebhookWriteOutcome.ExternalIdTaken, (await CreateAsync(NewWebhook() with { ExternalId = "ext" })).Outcome);
        Assert.Equal(
            WebhookWriteOutcome.ExternalIdTaken, (await UpdateAsync(second with { Version = 2, ExternalId = "ext" })).Outcome);
        Assert.Equal(WebhookWriteOutcome.Done, (await UpdateAsync(first with { Version = 2 })).Outcome);
        Assert.Equal(WebhookWriteOutcome.Done, (await CreateAsync(NewWebhook("other") with { ExternalId = "ext" })).Outcome);
        await DeleteAsync(first);
        Assert.Equal(WebhookWriteOutcome.Done, (await UpdateAsync(second with { Version = 2, ExternalId = "ext" })).Outcome);
    }

    [Fact]
    public async Task RequestId_Used_AnswersTheExistingWebhook()
    {
        var request = NewWebhook() with { RequestId = "req", RequestFingerprint = "f", ExternalId = "ext" };
        var first = (await CreateAsync(request)).Webhook!;
        var version = await ReadConfigVersionAsync();

        var again = await CreateAsync(request with { Id = NewId("wh_"), Url = "https://example.com/other" });

        Assert.Equal(WebhookWriteOutcome.RequestIdUsed, again.Outcome);
        Assert.Equivalent(first, again.Webhook, strict: true);
        Assert.Equal(version, await ReadConfigVersionAsync());
        await DeleteAsync(first);
        Assert.Equal(WebhookWriteOutcome.Done, (await CreateAsync(request with { Id = NewId("wh_") })).Outcome);
    }

    [Fact]
    public async Task Delete_Webhook_IsGoneButItsDeliveriesStay()
    {
        var webhook = await AddWebhookAsync();
        var delivery = await PublishAsync(webhook);

        var written = await DeleteAsync(webhook, version: 1);

        Assert.Equal(WebhookWriteOutcome.Done, written.Outcome);
        Assert.Equivalent(webhook, written.Webhook, strict: true);
        Assert.Null(await Store.Webhooks.GetAsync(webhook.Id, Cancel));
        Assert.Empty((await Store.Webhooks.LoadTenantAsync(TenantRecord.DefaultId, Cancel))!.Webhooks);
        Assert.Empty((await Store.Webhooks.ListAsync(null, null, 10, Cancel)).Items);
        Assert.Equal(WebhookWriteOutcome.NotFound, (await DeleteAsync(webhook)).Outcome);
        Assert.Equal(WebhookWriteOutcome.NotFound, (await UpdateAsync(webhook with { Version = 2 })).Outcome);
        Assert.Equal(delivery, await GetAsync(delivery));
        Assert.Equal([delivery], await ListAsync(new DeliveryQuery { WebhookId = webhook.Id }));
    }

    [Fact]
    public async Task FailingSince_Set_IsNoConfigurationChange()
    {
        var webhook = await AddWebhookAsync();
        var version = await ReadConfigVersionAsync();

        await Store.Webhooks.SetFailingSinceAsync(webhook.Id, Now, Cancel);
        await Store.Webhooks.SetFailingSinceAsync("wh_unknown", Now, Cancel);

        var failing = webhook with { FailingSince = Now };
        Assert.Equivalent(failing, await Store.Webhooks.GetAsync(webhook.Id, Cancel), strict: true);
        Assert.Equal(version, await ReadConfigVersionAsync());
        await Store.Webhooks.SetFailingSinceAsync(webhook.Id, null, Cancel);
        Assert.Equivalent(webhook, await Store.Webhooks.GetAsync(webhook.Id, Cancel), strict: true);
    }

    [Fact]
    public async Task FailingSince_Updates_KeepItUntilResumed()
    {
        var webhook = await AddWebhookAsync();
        await Store.Webhooks.SetFailingSinceAsync(webhook.Id, Now, Cancel);

        var renamed = (await UpdateAsync(webhook with { Version = 2, Name = "n" })).Webhook!;
        var suspended = (await UpdateAsync(renamed with { Version = 3, State = WebhookState.Suspended })).Webhook!;
        var resumed = (await UpdateAsync(suspended with { Version = 4, State = WebhookState.Active })).Webhook!;

        Assert.Equal(Now, renamed.FailingSince);
        Assert.Equal(Now, suspended.FailingSince);
        Assert.Null(resumed.FailingSince);
        Assert.Null((await Store.Webhooks.GetAsync(webhook.Id, Cancel))!.FailingSince);
    }

    [Fact]
    public async Task ListAndLoad_Webhooks_ByTenantAndAll()
    {
        await AddTenantAsync("other");
        var created = new List<WebhookRecord>();
        for (var i = 0; i < 7; i++)
        {
            created.Insert(0, await AddWebhookAsync(i % 2 == 0 ? "other" : TenantRecord.DefaultId));
        }

        foreach (var tenant in new[] { null, "other", TenantRecord.DefaultId })
        {
            var read = await ReadAllAsync(position => Store.Webhooks.ListAsync(tenant, position, 2, Cancel));
            Assert.Equal(created.Where(w => tenant is null || w.TenantId == tenant).Select(w => w.Id), read.Select(w => w.Id));
        }

        var config = await Store.Webhooks.LoadTenantAsync("other", Cancel);
        Assert.Equivalent(created.Where(w => w.TenantId == "other"), config!.Webhooks, strict: true);
        Assert.Empty((await Store.Webhooks.ListAsync("nobody", null, 10, Cancel)).Items);
        Assert.Null(await Store.Webhooks.LoadTenantAsync("nobody", Cancel));
    }
}
