using ControlPlane.Faults.Tests.Receiving;
using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Faults.Tests;

/// <summary>The server behind an explicit egress proxy, and beside one that only the environment names.</summary>
public sealed class ProxyTests
{
    private static readonly string[] Variables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];

    [Fact]
    public async Task Send_ProxyConfigured_EverythingGoesThroughIt()
    {
        await using var receiver = await HttpsReceiver.StartAsync();
        var inbox = receiver.Open();
        var port = new Uri(inbox.Url).Port;
        await using var proxy = new TunnelProxy(port);
        await using var server = await ServerProcess.StartAsync(receiver, setup => setup.Settings["Egress:Proxy"] = proxy.Url);
        using var tenant = await TestTenant.CreateAsync(server);
        var hook = (await tenant.HookAsync(inbox, w => w.Url = inbox.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal))).Webhook;

        var delivery = await tenant.UntilAsync((await tenant.SendAsync()).Id, DeliveryState.Succeeded);

        Assert.Single(inbox.Requests);
        Assert.Equal([$"CONNECT localhost:{port} HTTP/1.1"], proxy.Asked);
        // The address that the proxy dialed is not known.
        Assert.Equal("", Assert.Single(delivery.Attempts).RemoteAddress);
        var refusal = await Refusal.OfAsync(tenant.Clients.Webhooks.ProbeWebhookAsync(new() { WebhookId = hook.Id }));
        refusal.Is(StatusCode.FailedPrecondition, "PROXY_CONFIGURED");
    }

    [Fact]
    public async Task Create_ProxyConfigured_DeniedLiteralIsRefusedAllTheSame()
    {
        await using var proxy = new TunnelProxy(0);
        await using var server = await ServerProcess.StartAsync(receiver: null, setup =>
        {
            setup.Settings["Egress:Proxy"] = proxy.Url;
            setup.Settings.Remove("Egress:AllowedNetworks");
        });
        using var tenant = await TestTenant.CreateAsync(server);

        foreach (var (host, reason) in new[] { ("10.0.0.1", "URL_ADDRESS_BLOCKED"), ("intranet", "URL_HOST_NOT_PUBLIC") })
        {
            var refusal = await Refusal.OfAsync(
                tenant.Clients.Webhooks.CreateWebhookAsync(new() { Webhook = new() { Url = $"https://{host}/", EventTypes = { "*" } } }));
            Assert.Equal([$"webhook.url {reason}"], refusal.Violations);
        }

        Assert.Empty(proxy.Asked);
    }

    [Fact]
    public async Task Send_ProxyInTheEnvironment_IsIgnored()
    {
        await using var receiver = await HttpsReceiver.StartAsync();
        var inbox = receiver.Open();
        await using var proxy = new TunnelProxy(new Uri(inbox.Url).Port);
        await using var server = await ServerProcess.StartAsync(receiver, setup =>
        {
            foreach (var variable in Variables)
            {
                setup.OtherSettings[variable] = proxy.Url;
            }
        });
        using var tenant = await TestTenant.CreateAsync(server);
        await tenant.HookAsync(inbox);

        var delivery = await tenant.UntilAsync((await tenant.SendAsync()).Id, DeliveryState.Succeeded);

        Assert.Equal("127.0.0.1", Assert.Single(delivery.Attempts).RemoteAddress);
        Assert.Empty(proxy.Asked);
    }
}
