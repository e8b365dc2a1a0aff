using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>Frames of HTTP/2 that carry nothing. A connection that sends them without end is closed, with one line in the log.</summary>
public sealed class FloodTests(SharedServer shared)
{
    private const int Many = 200_000;
    private const byte Data = 0;
    private const byte Priority = 2;
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const byte WindowUpdate = 8;
    private const byte Continuation = 9;
    private const uint FirstStream = 1;

    /// <summary>By name: type, flags, stream, payload.</summary>
    private static readonly Dictionary<string, (byte Type, byte Flags, uint Stream, byte[] Payload)> Floods = new()
    {
        ["SETTINGS"] = (Settings, 0, 0, []),
        ["PING"] = (Ping, 0, 0, new byte[8]),
        ["PRIORITY"] = (Priority, 0, 3, [0, 0, 0, 0, 16]),
        ["WINDOW_UPDATE"] = (WindowUpdate, 0, 0, [0, 0, 0, 1]),
        ["empty DATA"] = (Data, 0, FirstStream, []),
        ["empty CONTINUATION"] = (Continuation, 0, FirstStream, []),
    };

    public static TheoryData<string> Names => [.. Floods.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Flood_IsCutOff(string name)
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        var (type, flags, stream, payload) = Floods[name];
        await using var attacker = await RawHttp2.ConnectAsync(server.Setup.Grpc);
        if (stream == FirstStream)
        {
            Assert.True(type == Continuation
                ? await attacker.OpenWithoutEndAsync("/grpc.health.v1.Health/Check")
                : await attacker.OpenAndStallAsync("/grpc.health.v1.Health/Check", []));
        }

        // What is on its way when the server closes is taken by the sockets, so the end can be seen a little later.
        await attacker.FloodAsync(type, flags, stream, payload, Many);
        await attacker.Closed.WaitAsync(Eventually.Limit, TimeProvider.System, TestContext.Current.CancellationToken);

        await Eventually.BecomesAsync(
            () => Task.FromResult(server.Log.Output.Count(line => line.Contains("Closed a connection from", StringComparison.Ordinal))),
            lines => lines == 1, "one line in the log");
        using var others = server.Connect();
        Assert.NotEmpty((await others.Admin.GetServerInfoAsync(new())).Version);
        server.Log.AssertClean();
    }
}
