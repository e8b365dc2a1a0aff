using System.Net.Sockets;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>What one client can make a server hold. On servers with a heap of 384 MiB, which end when they hold more.</summary>
public sealed class UnfinishedMemoryTests(SharedServer shared)
{
    private const string Check = "/grpc.health.v1.Health/Check";
    private const string Publish = "/controlplane.v1.EventService/PublishEvent";
    private const string Webhooks = "/controlplane.v1.WebhookService/ListWebhooks";
    private const string Batch = "/controlplane.v1.EventService/BatchPublishEvents";
    private const string HeapLimit = "0x18000000";
    private const int Streams = 1000;
    private const long Megabyte = 1 << 20;

    [Theory]
    [InlineData(Check, null, 4096, 4000, 64)]
    [InlineData(Check, null, 4 << 20, 200_000, 64)]
    [InlineData(Publish, null, 1 << 20, 200_000, 64)]
    [InlineData(Publish, ServerSetup.PlatformKey, 1 << 20, 200_000, 128)]
    [InlineData(Batch, ServerSetup.PlatformKey, 4 << 20, 200_000, 128)]
    public async Task HalfSentMessages_HoldLittle(string path, string? key, int declared, int sent, int mostMegabytes)
    {
        await using var server = await StartAsync();
        var before = server.PeakMemory;
        await using var attacker = await RawHttp2.ConnectAsync(server.Setup.Grpc);
        var beginning = RawGrpc.Frame(new byte[sent], declared: (uint)declared);
        for (var i = 0; i < Streams && await attacker.OpenAndStallAsync(path, beginning, key); i++)
        {
        }

        await AssertServesAsync(server, before, mostMegabytes);
    }

    [Fact]
    public async Task HalfSentMessages_OverHttp1_HoldLittle()
    {
        await using var server = await StartAsync();
        var before = server.PeakMemory;
        var head = System.Text.Encoding.ASCII.GetBytes(
            $"POST {Check} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n");
        var body = new byte[1 << 20];
        var clients = new List<TcpClient>();
        var sends = new List<Task>();
        try
        {
            for (var i = 0; i < 200; i++)
            {
                var client = new TcpClient();
                clients.Add(client);
                await client.ConnectAsync(server.Setup.Http.Host, server.Setup.Http.Port, TestContext.Current.CancellationToken);
                await client.GetStream().WriteAsync(head, TestContext.Current.CancellationToken);
                sends.Add(SendAsync(client, body));
            }

            await AssertServesAsync(server, before, 128);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
            await Task.WhenAll(sends);
        }
    }

    /// <summary>2,000,000 empty events take two bytes each, and a hundred times that once they are objects.</summary>
    [Fact]
    public async Task BatchOfEmptyEvents_RefusedBeforeItIsParsed()
    {
        var batch = RawGrpc.Frame([.. Enumerable.Repeat((byte[])[0x0A, 0], 2_000_000).SelectMany(entry => entry)]);
        await using var server = await StartAsync();
        using var tenant = await TestTenant.CreateAsync(server);
        var reader = await tenant.Clients.Admin.CreateApiKeyAsync(new() { ApiKey = new() { Scopes = { "events.read" } } });
        var before = server.PeakMemory;
        foreach (var (key, code) in new[] { (reader.Secret, StatusCode.PermissionDenied), (tenant.Key, StatusCode.InvalidArgument) })
        {
            using var raw = new RawGrpc(server.Setup.Grpc, key);
            for (var i = 0; i < 6; i++)
            {
                Assert.Equal(code, (await raw.CallAsync(Batch, batch)).Status);
            }
        }

        await AssertServesAsync(server, before, 96);
    }

    /// <summary>Pages of a megabyte that a tenant's connections ask for and do not read.</summary>
    [Fact]
    public async Task UnreadAnswers_HoldLittleAndOthersAreServed()
    {
        await using var server = await StartAsync();
        using var tenant = await TestTenant.CreateAsync(server);
        var instances = Enumerable.Range(0, 118).Select(i => $"{i:D4}".PadRight(250, 'x')).ToArray();
        for (var i = 0; i < 40; i++)
        {
            await tenant.HookAsync(shared.Receiver.Open(), webhook => webhook.Instances.Add(instances));
        }

        var request = RawGrpc.Frame(new ListWebhooksRequest { PageSize = 1000 }.ToByteArray());
        var before = server.PeakMemory;
        var attackers = new List<RawHttp2>();
        try
        {
            for (var connection = 0; connection < 5; connection++)
            {
                attackers.Add(await RawHttp2.ConnectAsync(server.Setup.Grpc));
                for (var i = 0; i < 100 && await attackers[^1].CallUnreadAsync(Webhooks, request, tenant.Key); i++)
                {
                }
            }

            using var other = await TestTenant.CreateAsync(server);
            await other.HookAsync(shared.Receiver.Open(), webhook => webhook.Instances.Add(instances));
            Assert.Single((await other.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
            (await Refusal.OfAsync(tenant.Clients.Webhooks.ListWebhooksAsync(new()))).Is(StatusCode.ResourceExhausted, "TOO_MUCH_UNREAD");
            await AssertServesAsync(server, before, 160);
        }
        finally
        {
            foreach (var attacker in attackers)
            {
                await attacker.DisposeAsync();
            }
        }

        // What went with its connections is held no longer.
        Assert.NotEmpty((await tenant.Clients.Webhooks.ListWebhooksAsync(new())).Webhooks);
    }

    /// <summary>Sends until everything is taken or the connection is closed.</summary>
    private static async Task SendAsync(TcpClient client, byte[] body) => await Record.ExceptionAsync(
        async () => await client.GetStream().WriteAsync(body, TestContext.Current.CancellationToken));

    private Task<ServerProcess> StartAsync() =>
        ServerProcess.StartAsync(shared.Receiver, setup => setup.OtherSettings["DOTNET_GCHeapHardLimit"] = HeapLimit);

    private static async Task AssertServesAsync(ServerProcess server, long before, int mostMegabytes)
    {
        using var tenant = await TestTenant.CreateAsync(server);
        Assert.NotEmpty((await tenant.PublishAsync()).Event.Id);
        var grown = server.PeakMemory - before;
        TestContext.Current.SendDiagnosticMessage($"grew by {grown / Megabyte} MiB");
        Assert.True(grown < mostMegabytes * Megabyte, $"The server grew by {grown / Megabyte} MiB.");
        server.Log.AssertClean();
    }
}
