using ControlPlane.Faults.Tests.Receiving;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Faults.Tests;

/// <summary>
/// The address guard of the real server, on every path that opens a connection. A network that no test uses is exempt, which
/// lets names be written that lead to this machine; this machine is not.
/// </summary>
public sealed class GuardTests : IAsyncLifetime
{
    private readonly TestAuthority _certificates = new();
    private FaultReceiver _receiver = null!;
    private ServerProcess _server = null!;
    private TestTenant _tenant = null!;

    private string AllowedNetworks { get; set; } = "10.1.2.0/24";

    /// <summary>A name, so that it is the connection that is refused and not the URL.</summary>
    private string Url => $"https://localhost:{_receiver.Port}/";

    public ValueTask InitializeAsync()
    {
        _receiver = new FaultReceiver(c => c.AnswerAllAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), _certificates.Server);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _tenant?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        await _receiver.DisposeAsync();
        _certificates.Dispose();
    }

    [Fact]
    public async Task SendTestAndProbe_NameLeadsToADeniedAddress_AreBlockedAndNothingIsDialed()
    {
        await StartAsync();
        var hook = await HookAsync(Url);

        // The webhook is suspended, and the delivery held for when it is mended.
        var held = await _tenant.UntilAsync((await _tenant.SendAsync()).Id, DeliveryState.RetryScheduled);
        AssertBlocked(held.Attempts);
        await AssertToldToThePlatformAsync(held.Id, "localhost leads to ");
        var suspended = await _tenant.GetHookAsync(hook.Id);
        Assert.Equal((WebhookState.Suspended, StateReason.AddressBlocked), (suspended.State, suspended.StateReason));
        AssertBlocked((await _tenant.Clients.Webhooks.TestWebhookAsync(new() { WebhookId = hook.Id })).Delivery.Attempts);
        var probe = await _tenant.Clients.Webhooks.ProbeWebhookAsync(new() { Url = Url });
        Assert.Equal((FailureKind.BlockedAddress, false), (probe.Failure, probe.Allowed));
        Assert.NotEmpty(probe.Addresses);
        Assert.All(probe.Addresses, address => Assert.Equal(("", false), (address.Address, address.Allowed)));
        Assert.DoesNotContain("127.0.0.1", probe.ToString(), StringComparison.Ordinal);
        using var platform = _server.Connect();
        var seen = await platform.Webhooks.ProbeWebhookAsync(new() { Url = Url });
        Assert.All(seen.Addresses, address => Assert.NotEmpty(address.Address));
        Assert.Equal(0, _receiver.Connections);
    }

    [Fact]
    public async Task Create_DeniedLiteral_IsRefused()
    {
        await StartAsync();

        foreach (var host in new[] { "127.0.0.1", "0x7f.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "169.254.169.254" })
        {
            var refusal = await Refusal.OfAsync(() => HookAsync($"https://{host}:{_receiver.Port}/"));
            Assert.Equal(["webhook.url URL_ADDRESS_BLOCKED"], refusal.Is(StatusCode.InvalidArgument, "INVALID_FIELDS").Violations);
        }
    }

    [Fact]
    public async Task Send_OwnListener_IsBlockedInsideAnAllowedNetwork()
    {
        AllowedNetworks = "127.0.0.0/8, ::1/128";
        await StartAsync();
        foreach (var listener in new[] { _server.Setup.Grpc, _server.Setup.Http })
        {
            var hook = await HookAsync($"https://localhost:{listener.Port}/");
            var tested = (await _tenant.Clients.Webhooks.TestWebhookAsync(new() { WebhookId = hook.Id })).Delivery;
            AssertBlocked(tested.Attempts);
            await AssertToldToThePlatformAsync(tested.Id, "a listener of this server");
            var refusal = await Refusal.OfAsync(() => HookAsync($"https://127.0.0.1:{listener.Port}/"));
            Assert.Equal(["webhook.url URL_ADDRESS_BLOCKED"], refusal.Violations);
        }
    }

    private async Task StartAsync()
    {
        _server = await ServerProcess.StartAsync(receiver: null, setup => setup.Settings["Egress:AllowedNetworks"] = AllowedNetworks);
        _tenant = await TestTenant.CreateAsync(_server);
    }

    private void AssertBlocked(IEnumerable<Attempt> attempts)
    {
        var attempt = Assert.Single(attempts);
        Assert.Equal((FailureKind.BlockedAddress, 0), (attempt.Failure, attempt.StatusCode));
        // Which address of the network a name has is not for those who only chose the name.
        Assert.Equal(("The host leads to an address that must not be called.", ""), (attempt.FailureMessage, attempt.RemoteAddress));
        Assert.Equal(0, _receiver.Connections);
    }

    private async Task AssertToldToThePlatformAsync(string deliveryId, string message)
    {
        using var platform = _server.Connect();
        var attempt = (await platform.Deliveries.GetDeliveryAsync(new() { DeliveryId = deliveryId })).Delivery.Attempts[0];
        Assert.Contains(message, attempt.FailureMessage, StringComparison.Ordinal);
        Assert.NotEmpty(attempt.RemoteAddress);
    }

    private async Task<Webhook> HookAsync(string url) => (await _tenant.Clients.Webhooks.CreateWebhookAsync(new()
    {
        Webhook = new()
        {
            Url = url,
            EventTypes = { "*" },
            RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromSeconds(1), attempts: 1),
            Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(50)),
        },
    })).Webhook;
}
