using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Webhooks.Settings;

public sealed class UpdateTests : WebhookTest
{
    [Fact]
    public async Task Update_Masked_ChangesOnlyThat()
    {
        var made = await CreateFullAsync();
        Clock.Advance(TimeSpan.FromMinutes(1));
        var changed = await UpdateAsync(new() { Id = made.Id, Name = "new", Description = "not named" }, "name");
        Assert.NotEqual(made.Etag, changed.Etag);
        Assert.Equal(Clock.GetUtcNow(), changed.UpdateTime.ToDateTimeOffset());
        Assert.Equal(changed, await GetAsync(made.Id));
        Assert.Equal("new", (await InCatalogAsync(made))!.Name);
        var expected = made.Clone();
        (expected.Name, expected.Etag, expected.UpdateTime) = ("new", changed.Etag, changed.UpdateTime);
        Assert.Equal(expected, changed);
    }

    [Fact]
    public async Task Update_MaskedFieldUnset_BecomesDefault()
    {
        var made = await CreateFullAsync();
        var changed = await UpdateAsync(
            new() { Id = made.Id }, "name", "labels", "headers", "instances", "retry_policy", "timeout", "dialect", "max_in_flight");
        Assert.Empty(changed.Name);
        Assert.Empty(changed.Labels);
        Assert.Empty(changed.Headers);
        Assert.Empty(changed.Instances);
        Assert.Null(changed.RetryPolicy);
        Assert.Null(changed.Timeout);
        Assert.Equal(("standard-webhooks", 0), (changed.Dialect, changed.MaxInFlight));
        Assert.Equal(made.EventTypes, changed.EventTypes);
    }

    [Fact]
    public async Task Update_NestedPath_KeepsItsSiblings()
    {
        var made = await CreateFullAsync();
        var changed = await UpdateAsync(new() { Id = made.Id, RetryPolicy = new() { Jitter = 0.75 } }, "retry_policy.jitter");
        var expected = made.RetryPolicy.Clone();
        expected.Jitter = 0.75;
        Assert.Equal(expected, changed.RetryPolicy);
    }

    [Fact]
    public async Task Update_MessagePath_ReplacesItWhole()
    {
        var made = await CreateFullAsync();
        var changed = await UpdateAsync(new() { Id = made.Id, RetryPolicy = new() { Jitter = 0.75 } }, "retry_policy");
        Assert.Equal(new RetryPolicy { Jitter = 0.75 }, changed.RetryPolicy);
    }

    [Fact]
    public async Task Update_EmptyMask_ChangesWhatIsSet()
    {
        var made = await CreateFullAsync();
        var changed = await UpdateAsync(new() { Id = made.Id, Name = "new", EventTypes = { "a" }, Enabled = false });
        Assert.Equal(("new", "a", false), (changed.Name, changed.EventTypes.Single(), changed.Enabled));
        Assert.Equal((made.Description, made.RetryPolicy, made.Timeout), (changed.Description, changed.RetryPolicy, changed.Timeout));
    }

    [Fact]
    public async Task Update_Star_ReplacesAll()
    {
        var made = await CreateFullAsync();
        var changed = await UpdateAsync(Sample.Webhook(w => w.Id = made.Id), "*");
        var fresh = await CreateAsync();
        (fresh.Id, fresh.Etag, fresh.Number) = (changed.Id, changed.Etag, 1);
        fresh.Secrets.Clear();
        fresh.Secrets.Add(made.Secrets);
        Assert.Equal(fresh, changed);
    }

    [Fact]
    public async Task Update_StarWithoutRequired_Refused()
    {
        var made = await CreateFullAsync();
        var error = await RpcErrors.OfAsync(() => UpdateAsync(new() { Id = made.Id }, "*"));
        Assert.Equal(["webhook.url URL_EMPTY", "webhook.event_types REQUIRED"], error.Violations());
    }

    [Theory]
    [InlineData("nothing"), InlineData("retry_policy.nothing"), InlineData("labels.team"), InlineData("secrets.id"), InlineData("name.x")]
    [InlineData(""), InlineData("."), InlineData("Name"), InlineData("retry_policy.*"), InlineData("retryPolicy")]
    public async Task Update_UnknownPath_NamedWithAllElse(string path)
    {
        var made = await CreateAsync();
        var error = await RpcErrors.OfAsync(() => UpdateAsync(new() { Id = made.Id, Url = "http://x.com" }, "url", path));
        Assert.Equal(["update_mask FIELD_UNKNOWN", "webhook.url URL_NOT_HTTPS"], error.Violations());
        Assert.Equal(made, await GetAsync(made.Id));
    }

    [Fact]
    public async Task Update_StarAmongOthers_Refused()
    {
        var made = await CreateAsync();
        var error = await RpcErrors.OfAsync(() => UpdateAsync(Sample.Webhook(w => w.Id = made.Id), "*", "name"));
        Assert.Equal(["update_mask WILDCARD_NOT_ALONE"], error.Violations());
    }

    [Fact]
    public async Task Update_OutputOnlyFields_Ignored()
    {
        var made = await CreateAsync();
        var asked = new Webhook
        {
            Id = made.Id,
            TenantId = made.TenantId,
            State = V1.WebhookState.Suspended,
            StateReason = V1.StateReason.Gone,
            CreateTime = new Timestamp(),
            Secrets = { new SecretInfo() },
            Number = 99,
        };
        string[] fields = ["id", "tenant_id", "state", "state_reason", "create_time", "update_time.seconds", "secrets", "etag", "number"];
        Assert.Equal(made, await UpdateAsync(asked, fields));
        Assert.Equal(made, await UpdateAsync(asked));
    }

    [Fact]
    public async Task Update_OtherTenantId_Immutable()
    {
        var made = await CreateAsync();
        var error = await RpcErrors.OfAsync(() => UpdateAsync(new() { Id = made.Id, TenantId = "acme", Name = "x" }, "name"));
        Assert.Equal(["webhook.tenant_id IMMUTABLE"], error.Violations());
    }

    [Fact]
    public async Task Update_NothingNamed_Refused()
    {
        var error = await RpcErrors.OfAsync(async () => await Webhooks.UpdateWebhookAsync(new(), cancellationToken: Cancelled));
        Assert.Equal(["webhook REQUIRED"], error.Violations());
        error = await RpcErrors.OfAsync(() => UpdateAsync(new() { Name = "x" }));
        Assert.Equal(["webhook.id REQUIRED"], error.Violations());
        error = await RpcErrors.OfAsync(() => UpdateAsync(new() { Id = "wh_none", Name = "x" }));
        Assert.Equal(StatusCode.NotFound, error.Code);
    }

    [Fact]
    public async Task Update_WithoutEffect_IsNoChange()
    {
        var made = await CreateFullAsync();
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(made, await UpdateAsync(made));
        Assert.Equal(made, await UpdateAsync(made, "*"));
    }

    [Fact]
    public async Task Update_DialectWhoseHeaderIsTaken_Refused()
    {
        var made = await CreateAsync(w => w.Headers["X-Slack-Signature"] = "mine");
        var error = await RpcErrors.OfAsync(() => UpdateAsync(new() { Id = made.Id, Dialect = "slack" }));
        Assert.Equal(["webhook.headers[\"X-Slack-Signature\"] HEADER_NAME_RESERVED"], error.Violations());
    }

    [Fact]
    public async Task Update_ExternalIdTaken_AlsoWhenOnlyValidating()
    {
        await CreateAsync(w => w.ExternalId = "x");
        var made = await CreateAsync(w => w.ExternalId = "y");
        foreach (var validateOnly in (bool[])[true, false])
        {
            var error = await RpcErrors.OfAsync(async () => await Webhooks.UpdateWebhookAsync(
                new() { Webhook = new() { Id = made.Id, ExternalId = "x" }, ValidateOnly = validateOnly }, cancellationToken: Cancelled));
            Assert.Equal((StatusCode.AlreadyExists, "EXTERNAL_ID_TAKEN"), (error.Code, error.Info.Reason));
        }

        Assert.Equal("y", (await UpdateAsync(new() { Id = made.Id, ExternalId = "y", Name = "kept" })).ExternalId);
    }

    [Fact]
    public async Task Update_ValidateOnly_AnswersWithoutStoring()
    {
        var made = await CreateAsync();
        var answer = await Webhooks.UpdateWebhookAsync(
            new() { Webhook = new() { Id = made.Id, Name = "new", Etag = made.Etag }, ValidateOnly = true }, cancellationToken: Cancelled);
        Assert.Equal("new", answer.Webhook.Name);
        Assert.Equal(made, await GetAsync(made.Id));
    }

    [Theory]
    [InlineData(true, V1.WebhookState.Active, V1.StateReason.Unspecified)]
    [InlineData(false, V1.WebhookState.Disabled, V1.StateReason.User)]
    [InlineData(null, V1.WebhookState.Active, V1.StateReason.Unspecified)]
    public async Task Update_EnabledOfSuspended_LiftsOrDisables(bool? enabled, V1.WebhookState state, V1.StateReason reason)
    {
        var made = await SuspendedAsync();
        var asked = new Webhook { Id = made.Id };
        if (enabled is { } value)
        {
            asked.Enabled = value;
        }

        var changed = await UpdateAsync(asked, "enabled");
        Assert.Equal((state, reason), (changed.State, changed.StateReason));
        Assert.Equal((Storage.WebhookState)state, (await InCatalogAsync(made))!.State);
    }

    [Fact]
    public async Task Update_OtherFieldOfSuspended_StaysSuspended()
    {
        var made = await SuspendedAsync();
        var changed = await UpdateAsync(new() { Id = made.Id, Name = "new" });
        Assert.Equal(
            (V1.WebhookState.Suspended, V1.StateReason.Gone, false, "new"),
            (changed.State, changed.StateReason, changed.Enabled, changed.Name));
    }

    private async Task<Webhook> SuspendedAsync()
    {
        var made = await CreateAsync();
        var store = Server.Services.GetRequiredService<IWebhookStore>();
        var stored = (await store.GetAsync(made.Id, Cancelled))!;
        var write = await store.UpdateAsync(
            stored with { State = Storage.WebhookState.Suspended, StateReason = Storage.StateReason.Gone, Version = stored.Version + 1 },
            Cancelled);
        Assert.Equal(WebhookWriteOutcome.Done, write.Outcome);
        var suspended = await GetAsync(made.Id);
        Assert.Equal(
            (V1.WebhookState.Suspended, V1.StateReason.Gone, false), (suspended.State, suspended.StateReason, suspended.Enabled));
        return suspended;
    }

    private Task<Webhook> CreateFullAsync() => CreateAsync(w => { w.Url = ""; w.EventTypes.Clear(); w.MergeFrom(Sample.Full()); });
}
