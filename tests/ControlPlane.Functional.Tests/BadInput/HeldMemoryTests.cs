using System.Net.Sockets;
using ControlPlane.Testing;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>What one client can make a server hold. On servers with a heap of 384 MiB, which end when they hold more.</summary>
public sealed class HeldMemoryTests(SharedServer shared)
{
    private const string Check = "/grpc.health.v1.Health/Check";
    private const string Publish = "/controlplane.v1.EventService/PublishEvent";
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

            await AssertServesAsync(server, before, 96);
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
