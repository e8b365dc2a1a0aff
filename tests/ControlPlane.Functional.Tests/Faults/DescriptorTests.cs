using System.Net;
using System.Net.Sockets;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.Faults;

/// <summary>A server that may have few files and connections open.</summary>
public sealed class DescriptorTests
{
    /// <summary>Some 290 are open once everything is loaded, and 48 are kept free.</summary>
    private const int Low = 420;
    private const int TooLow = 300;

    [Fact]
    public async Task Deliver_ManyMoreHostsThanSockets_AllAreReached()
    {
        const int count = 300;
        await using var hosts = await ManyHosts.StartAsync(_ => Task.CompletedTask);
        await using var server = await StartAsync(hosts);
        using var tenant = await TestTenant.CreateAsync(server);
        await HookAsync(tenant, hosts, count);

        for (var i = 0; i < 2; i++)
        {
            var published = await tenant.PublishAsync();
            Assert.Equal(count, published.DeliveryCount);
            var deliveries = await Eventually.BecomesAsync(
                () => tenant.ListAsync(new() { EventId = published.Event.Id }),
                all => all.All(delivery => delivery.State == DeliveryState.Succeeded),
                "all to be delivered");
            Assert.Equal(count, deliveries.Count);
        }

        Assert.Contains("The limit of open files is 420", server.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_MoreHangingHostsThanSockets_OthersAreReached()
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var hosts = await ManyHosts.StartAsync(context => context.Request.Path == "/" ? over.Task.WaitAsync(context.RequestAborted) : Task.CompletedTask);
        await using var server = await StartAsync(hosts);
        using var hanging = await TestTenant.CreateAsync(server);
        using var healthy = await TestTenant.CreateAsync(server);
        await HookAsync(hanging, hosts, 150);
        await healthy.Clients.Webhooks.CreateWebhookAsync(new() { Webhook = new() { Url = hosts.Url(999) + "well", EventTypes = { "*" } } });
        await hanging.PublishAsync();

        for (var i = 0; i < 5; i++)
        {
            await hanging.PublishAsync();
            var sent = await healthy.SendAsync();
            Assert.Equal(1, (await healthy.UntilAsync(sent.Id, DeliveryState.Succeeded)).AttemptCount);
        }

        over.SetResult();
    }

    [Fact]
    public async Task Connect_MoreThanThereAreDescriptors_AreRefusedUntilThereAreSomeAgain()
    {
        await using var hosts = await ManyHosts.StartAsync(_ => Task.CompletedTask);
        await using var server = await StartAsync(hosts);
        using var tenant = await TestTenant.CreateAsync(server);
        await HookAsync(tenant, hosts, 1);
        var sockets = new List<Socket>();
        try
        {
            foreach (var listener in new[] { server.Setup.Grpc, server.Setup.Http })
            {
                for (var i = 0; i < Low; i++)
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    sockets.Add(socket);
                    await ConnectAsync(socket, listener.Port);
                }
            }

            // The connection that it had goes on, and so does sending.
            await tenant.UntilAsync((await tenant.SendAsync()).Id, DeliveryState.Succeeded);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        await Eventually.BecomesAsync(
            async () =>
            {
                try
                {
                    using var answer = await server.GetAsync("/readyz");
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            ready => ready,
            "new connections to be taken");
    }

    [Fact]
    public async Task Start_LimitTooLow_EndsWithOneLine()
    {
        using var setup = new ServerSetup { DescriptorLimit = TooLow };
        var log = new ServerLog();
        await using var run = new ServerRun(setup, log);
        Assert.Equal(1, await run.ExitAsync());
        Assert.Contains($"The limit of open files is {TooLow}, which is too low to serve with.", log.Text, StringComparison.Ordinal);
    }

    private static async Task ConnectAsync(Socket socket, int port)
    {
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        }
        catch (SocketException)
        {
            // Refused.
        }
    }

    private static Task<ServerProcess> StartAsync(ManyHosts hosts) => ServerProcess.StartAsync(receiver: null, setup =>
    {
        setup.DescriptorLimit = Low;
        File.WriteAllText(setup.PathOf("hosts.pem"), hosts.AuthorityPem);
        setup.Settings["Egress:TrustedCertificates"] = setup.PathOf("hosts.pem");
    });

    private static async Task HookAsync(TestTenant tenant, ManyHosts hosts, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await tenant.Clients.Webhooks.CreateWebhookAsync(new()
            {
                Webhook = new() { Url = hosts.Url(i), EventTypes = { "*" }, RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromMilliseconds(100)) },
            });
        }
    }
}
