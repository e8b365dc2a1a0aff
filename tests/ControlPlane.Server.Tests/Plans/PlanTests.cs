using ControlPlane.Server.Tests.Webhooks;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Server.Tests.Plans;

/// <summary>What a tenant's plan allows, and that a change of it holds from its answer on.</summary>
public sealed class PlanTests : WebhookTest
{
    private async Task<Tenant> SetAsync(Tenant tenant, params string[] mask)
    {
        tenant.Id = "default";
        return (await Admin.UpdateTenantAsync(
            new() { Tenant = tenant, UpdateMask = new() { Paths = { mask } } }, cancellationToken: Cancelled)).Tenant;
    }

    private async Task PublishAsync(int count = 1, int size = 2)
    {
        var payload = ByteString.CopyFromUtf8($"\"{new string('x', size - 2)}\"");
        var events = Enumerable.Range(0, count).Select(_ => new Event { Type = "message.new", Payload = payload });
        await Events.BatchPublishEventsAsync(new() { Events = { events } }, cancellationToken: Cancelled);
    }

    [Fact]
    public async Task MaxWebhooks_ManyAtOnce_NeverExceeded()
    {
        await SetAsync(new() { Limits = new() { MaxWebhooks = 3 } });
        var failures = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Record.ExceptionAsync(() => CreateAsync()).AsTask()));
        Assert.Equal(3, (await ListAllAsync()).Count);
        Assert.Equal(9, failures.Count(failure => failure is not null));
        var error = RpcErrors.Of(Assert.IsType<RpcException>(failures.First(failure => failure is not null)));
        Assert.Equal((StatusCode.ResourceExhausted, "WEBHOOK_LIMIT_REACHED"), (error.Code, error.Info.Reason));
        Assert.Equal("tenant:default", Assert.Single(error.Detail<QuotaFailure>().Violations).Subject);

        var upsert = await RpcErrors.OfAsync(async () => await Webhooks.UpsertWebhookAsync(
            new() { ExternalId = "x", Webhook = Sample.Webhook() }, cancellationToken: Cancelled));
        Assert.Equal("WEBHOOK_LIMIT_REACHED", upsert.Info.Reason);
        var foreseen = await RpcErrors.OfAsync(async () => await Webhooks.CreateWebhookAsync(
            new() { Webhook = Sample.Webhook(), ValidateOnly = true }, cancellationToken: Cancelled));
        Assert.Equal("WEBHOOK_LIMIT_REACHED", foreseen.Info.Reason);

        await SetAsync(new(), "limits.max_webhooks");
        await CreateAsync();
    }

    [Fact]
    public async Task PublishRate_Exceeded_TellsWhenToTryAgain()
    {
        await SetAsync(new() { Limits = new() { PublishRatePerSecond = 4 } });
        await PublishAsync(4);
        var error = await RpcErrors.OfAsync(() => PublishAsync());
        Assert.Equal((StatusCode.ResourceExhausted, "PUBLISH_RATE_EXCEEDED"), (error.Code, error.Info.Reason));
        Assert.Equal("tenant:default", Assert.Single(error.Detail<QuotaFailure>().Violations).Subject);
        var delay = error.Detail<RetryInfo>().RetryDelay.ToTimeSpan();
        Assert.Equal(TimeSpan.FromMilliseconds(250), delay);
        Clock.Advance(delay);
        await PublishAsync();
        await RpcErrors.OfAsync(() => PublishAsync());

        await SetAsync(new(), "limits");
        await PublishAsync(100);
    }

    [Fact]
    public async Task PublishRate_OfOneTenant_LeavesOthersAlone()
    {
        await SetAsync(new() { Limits = new() { PublishRatePerSecond = 1 } });
        await PublishAsync();
        await RpcErrors.OfAsync(() => PublishAsync());
        for (var i = 0; i < 10; i++)
        {
            await Events.PublishEventAsync(
                new() { Event = new() { TenantId = "acme", Type = "a", Payload = ByteString.CopyFromUtf8("1") } }, cancellationToken: Cancelled);
        }
    }

    [Fact]
    public async Task MaxPayload_OneByteMore_RefusedAndNothingStored()
    {
        await SetAsync(new() { Limits = new() { MaxPayloadBytes = 100 } });
        await PublishAsync(size: 100);
        var error = await RpcErrors.OfAsync(() => PublishAsync(count: 2, size: 101));
        Assert.Equal((StatusCode.ResourceExhausted, "PAYLOAD_LIMIT_EXCEEDED"), (error.Code, error.Info.Reason));
        Assert.Contains("events[0].payload", Assert.Single(error.Detail<QuotaFailure>().Violations).Description, StringComparison.Ordinal);
        Assert.Single((await Events.ListEventsAsync(new(), cancellationToken: Cancelled)).Events);
    }

    [Fact]
    public async Task Features_Disabled_SubscriptionRequired()
    {
        var made = await CreateAsync();
        await SetAsync(new() { DisabledFeatures = { "webhooks", "publish", "event_types", "watch" } });
        var calls = new (string Feature, Func<Task> Call)[]
        {
            ("webhooks", () => CreateAsync()),
            ("webhooks", () => UpdateAsync(new() { Id = made.Id, Name = "n" })),
            ("webhooks", async () => await Webhooks.UpsertWebhookAsync(
                new() { ExternalId = "x", Webhook = Sample.Webhook() }, cancellationToken: Cancelled)),
            ("webhooks", async () => await Webhooks.UpsertWebhookAsync(
                new() { WebhookId = made.Id, Webhook = Sample.Webhook() }, cancellationToken: Cancelled)),
            ("webhooks", async () => await Webhooks.RotateSecretAsync(new() { WebhookId = made.Id }, cancellationToken: Cancelled)),
            ("webhooks", async () => await Webhooks.TestWebhookAsync(new() { WebhookId = made.Id }, cancellationToken: Cancelled)),
            ("publish", () => PublishAsync()),
            ("event_types", async () => await Webhooks.CreateEventTypeAsync(
                new() { EventType = new() { Name = "a" } }, cancellationToken: Cancelled)),
            ("event_types", async () => await Webhooks.UpdateEventTypeAsync(
                new() { EventType = new() { Name = "a" } }, cancellationToken: Cancelled)),
            ("watch", () => WatchAsync("default")),
        };
        foreach (var (feature, call) in calls)
        {
            var error = await RpcErrors.OfAsync(call);
            Assert.Equal((StatusCode.PermissionDenied, "SUBSCRIPTION_REQUIRED"), (error.Code, error.Info.Reason));
            Assert.Equal((feature, "default"), (error.Info.Metadata["feature"], error.Info.Metadata["tenant_id"]));
        }

        Assert.Equal("", (await GetAsync(made.Id)).Name);
        await SetAsync(new(), "disabled_features");
        await UpdateAsync(new() { Id = made.Id, Name = "n" });
        await PublishAsync();
    }

    [Fact]
    public async Task CustomDialect_Disabled_OnlyWhatExistsStays()
    {
        var custom = new CustomDialect { SignedContent = "{body}", Headers = { new CustomDialect.Types.Header { Name = "x-sig", Value = "{sig}" } } };
        var (with, without) = (await CreateAsync(w => w.CustomDialect = custom), await CreateAsync());
        await SetAsync(new() { DisabledFeatures = { "custom_dialect" } });
        var other = custom.Clone();
        other.Name = "other";
        var calls = new Func<Task>[]
        {
            () => CreateAsync(w => w.CustomDialect = custom),
            () => UpdateAsync(new() { Id = without.Id, CustomDialect = custom }),
            () => UpdateAsync(new() { Id = with.Id, CustomDialect = other }, "custom_dialect.name"),
            async () => await Webhooks.UpsertWebhookAsync(
                new() { ExternalId = "x", Webhook = Sample.Webhook(w => w.CustomDialect = custom) }, cancellationToken: Cancelled),
            async () => await Webhooks.UpsertWebhookAsync(
                new() { WebhookId = without.Id, Webhook = Sample.Webhook(w => w.CustomDialect = custom) }, cancellationToken: Cancelled),
        };
        foreach (var call in calls)
        {
            var error = await RpcErrors.OfAsync(call);
            Assert.Equal((StatusCode.PermissionDenied, "SUBSCRIPTION_REQUIRED"), (error.Code, error.Info.Reason));
            Assert.Equal("custom_dialect", error.Info.Metadata["feature"]);
        }

        var renamed = await UpdateAsync(new() { Id = with.Id, Name = "n", CustomDialect = with.CustomDialect });
        Assert.Equal(("n", with.CustomDialect), (renamed.Name, renamed.CustomDialect));
        await CreateAsync(w => w.Dialect = "svix");
        await UpdateAsync(new() { Id = with.Id, Dialect = "svix" });
    }

    [Fact]
    public async Task Features_Disabled_ReadingAndDeletingGoOn()
    {
        var made = await CreateAsync();
        await SetAsync(new() { DisabledFeatures = { "webhooks", "event_types" } });
        await Webhooks.ListEventTypesAsync(new(), cancellationToken: Cancelled);
        Assert.Single(await ListAllAsync());
        await PublishAsync();
        await Webhooks.DeleteWebhookAsync(new() { WebhookId = made.Id }, cancellationToken: Cancelled);
    }

    [Fact]
    public async Task Feature_GivenBackByAnotherProcess_IsSeen()
    {
        await SetAsync(new() { DisabledFeatures = { "webhooks" } });
        var stored = (await Engine.Access.GetTenantAsync("default", Cancelled))!;
        await Engine.Access.UpdateTenantAsync(stored with { Policy = new(), Version = stored.Version + 1 }, Cancelled);
        await CreateAsync();
    }

    [Fact]
    public async Task Update_Mask_ChangesWhatItNames()
    {
        var limits = new TenantLimits { MaxWebhooks = 3, PublishRatePerSecond = 0.5, MaxPayloadBytes = 100 };
        await SetAsync(new() { Limits = limits, StrictEventTypes = true, DisabledFeatures = { "watch", "publish", "watch" } });
        var changed = await SetAsync(new() { Limits = new() { MaxWebhooks = 4, MaxPayloadBytes = 7 }, Name = "n" }, "limits.max_webhooks", "name");
        Assert.Equal(new TenantLimits(limits) { MaxWebhooks = 4 }, changed.Limits);
        Assert.Equal(("n", true), (changed.Name, changed.StrictEventTypes));
        Assert.Equal(["publish", "watch"], changed.DisabledFeatures);
        Assert.Equal(changed, (await Admin.GetTenantAsync(new(), cancellationToken: Cancelled)).Tenant);

        var cleared = await SetAsync(new(), "*");
        Assert.Equal((null, false, 0), (cleared.Limits, cleared.StrictEventTypes, cleared.DisabledFeatures.Count));
    }

    [Fact]
    public async Task Create_WithPlan_HoldsAtOnce()
    {
        var tenant = new Tenant { Id = "small", StrictEventTypes = true, Limits = new() { MaxWebhooks = 1 }, DisabledFeatures = { "publish" } };
        var made = (await Admin.CreateTenantAsync(new() { Tenant = tenant }, cancellationToken: Cancelled)).Tenant;
        Assert.Equal((true, 1, "publish"), (made.StrictEventTypes, made.Limits.MaxWebhooks, made.DisabledFeatures.Single()));
        await CreateAsync(w => w.TenantId = "small");
        Assert.Equal("WEBHOOK_LIMIT_REACHED", (await RpcErrors.OfAsync(() => CreateAsync(w => w.TenantId = "small"))).Info.Reason);
    }

    [Fact]
    public async Task Plan_WrongFields_AllNamed()
    {
        var wrong = new Tenant
        {
            Limits = new() { MaxWebhooks = -1, PublishRatePerSecond = double.NaN, MaxPayloadBytes = 1_048_577 },
            DisabledFeatures = { "watch", "flying" },
        };
        string[] expected =
        [
            "tenant.limits.max_webhooks OUT_OF_RANGE", "tenant.limits.publish_rate_per_second OUT_OF_RANGE",
            "tenant.limits.max_payload_bytes OUT_OF_RANGE", "tenant.disabled_features[1] FEATURE_UNKNOWN",
        ];
        Assert.Equal(expected, (await RpcErrors.OfAsync(() => SetAsync(wrong))).Violations());
        var create = await RpcErrors.OfAsync(async () => await Admin.CreateTenantAsync(new() { Tenant = wrong }, cancellationToken: Cancelled));
        Assert.Equal(expected, create.Violations());
        await SetAsync(wrong, "name");
    }

    private async Task WatchAsync(string tenant)
    {
        using var watch = Deliveries.WatchDeliveries(new() { TenantId = tenant }, cancellationToken: Cancelled);
        await watch.ResponseStream.MoveNext(Cancelled);
    }
}
