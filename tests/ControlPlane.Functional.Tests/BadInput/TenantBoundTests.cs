using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>What one tenant may have and hold, on a server whose bounds are small.</summary>
public sealed class TenantBoundTests(SharedServer shared) : IAsyncLifetime
{
    private ServerProcess _server = null!;
    private TestTenant _tenant = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ServerProcess.StartAsync(shared.Receiver, setup =>
        {
            setup.Settings["Watching:MaxPerTenant"] = "2";
            setup.Settings["Access:MaxKeysPerTenant"] = "3";
        });
        _tenant = await TestTenant.CreateAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _tenant.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Keys_ValidOnes_AreBounded()
    {
        var made = new List<string>();
        // The tenant was made with one.
        for (var i = 0; i < 2; i++)
        {
            made.Add((await CreateKeyAsync()).ApiKey.Id);
        }

        (await Refusal.OfAsync(() => CreateKeyAsync())).Is(StatusCode.ResourceExhausted, "KEY_LIMIT_REACHED");
        await _tenant.Clients.Admin.RevokeApiKeyAsync(new() { ApiKeyId = made[0] });
        await CreateKeyAsync();
    }

    [Fact]
    public async Task Watches_AreBoundedAndEndWithTheFeature()
    {
        using var first = Watch();
        using var second = Watch();
        Assert.True(await NextAsync(first));
        Assert.True(await NextAsync(second));
        using var third = Watch();
        (await Refusal.OfAsync(() => NextAsync(third))).Is(StatusCode.ResourceExhausted, "TOO_MANY_WATCHES");

        using var platform = _server.Connect();
        await platform.Admin.UpdateTenantAsync(new()
        {
            Tenant = new() { Id = _tenant.Id, DisabledFeatures = { "watch" } },
            UpdateMask = new() { Paths = { "disabled_features" } },
        });
        var ended = await Refusal.OfAsync(async () =>
        {
            while (await NextAsync(first))
            {
            }
        });
        ended.Is(StatusCode.PermissionDenied, "SUBSCRIPTION_REQUIRED");
    }

    [Fact]
    public async Task Test_GoesByThePlanLikeAnyEvent()
    {
        var inbox = shared.Receiver.Open();
        var webhook = (await _tenant.HookAsync(inbox)).Webhook.Id;
        using var platform = _server.Connect();
        async Task SetAsync(Tenant plan) => await platform.Admin.UpdateTenantAsync(new()
        {
            Tenant = new(plan) { Id = _tenant.Id },
            UpdateMask = new() { Paths = { "limits", "strict_event_types", "disabled_features" } },
        });

        await SetAsync(new() { Limits = new() { MaxPayloadBytes = 10 } });
        (await TestAsync(payload: $"\"{new string('x', 20)}\"")).Is(StatusCode.ResourceExhausted, "PAYLOAD_LIMIT_EXCEEDED");
        await SetAsync(new() { StrictEventTypes = true });
        Assert.Equal(["event_type EVENT_TYPE_UNKNOWN"], (await TestAsync(type: "no.such")).Violations);
        await SetAsync(new() { DisabledFeatures = { "publish" } });
        (await TestAsync()).Is(StatusCode.PermissionDenied, "SUBSCRIPTION_REQUIRED");
        Assert.Empty(await _tenant.ListAsync());

        await SetAsync(new() { StrictEventTypes = true, Limits = new() { PublishRatePerSecond = 0.01 } });
        await _tenant.Clients.Webhooks.TestWebhookAsync(new() { WebhookId = webhook });
        (await TestAsync()).Is(StatusCode.ResourceExhausted, "PUBLISH_RATE_EXCEEDED");

        Task<Refusal> TestAsync(string type = "", string payload = "") => Refusal.OfAsync(_tenant.Clients.Webhooks.TestWebhookAsync(
            new() { WebhookId = webhook, EventType = type, Payload = ByteString.CopyFromUtf8(payload) }));
    }

    private async Task<CreateApiKeyResponse> CreateKeyAsync() =>
        await _tenant.Clients.Admin.CreateApiKeyAsync(new() { ApiKey = new() { Scopes = { "events.read" } } });

    private AsyncServerStreamingCall<WatchDeliveriesResponse> Watch() => _tenant.Clients.Deliveries.WatchDeliveries(
        new() { HeartbeatInterval = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) });

    private static Task<bool> NextAsync(AsyncServerStreamingCall<WatchDeliveriesResponse> watch) =>
        Eventually.InTimeAsync(watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken), "the next message");
}
