using System.Net.Sockets;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Load;

/// <summary>A stranger without a key, on one connection at a time: half-sent messages, floods of PING, streams that are reset.</summary>
internal sealed class HostileConnection(Uri address)
{
    private const string Path = "/grpc.health.v1.Health/Check";
    private const byte Ping = 6;
    private const int Streams = 90;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>A message of a thousand bytes, of which a hundred come.</summary>
    private static readonly byte[] Beginning = [0, 0, 0, 3, 232, .. new byte[100]];

    /// <summary>Attacks over one connection until it is closed; returns whether the server did that.</summary>
    public async Task<bool> AttackAsync(CancellationToken end)
    {
        var closed = true;
        try
        {
            await using var connection = await RawHttp2.ConnectAsync(address);
            await AttackAsync(connection, end);
            closed = connection.Closed.IsCompleted;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // It was closed.
        }

        await Task.Delay(Pause, TimeProvider.System, end);
        return closed;
    }

    private static async Task AttackAsync(RawHttp2 connection, CancellationToken end)
    {
        var open = true;
        for (var i = 0; i < Streams && open; i++)
        {
            open = await connection.OpenAndStallAsync(Path, Beginning);
        }

        while (open && !end.IsCancellationRequested)
        {
            open = await connection.FloodAsync(Ping, 0, 0, new byte[8], 500) && await connection.OpenAndResetAsync(Path);
        }
    }
}
