using System.Net.Sockets;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Load;

/// <summary>A stranger without a key, on one connection at a time: half-sent messages, floods of PING, streams that are reset.</summary>
internal sealed class HostileConnection(Uri address) : IAsyncDisposable
{
    private const string Path = "/grpc.health.v1.Health/Check";
    private const byte Ping = 6;
    private const int Streams = 90;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>A message of a thousand bytes, of which a hundred come.</summary>
    private static readonly byte[] Beginning = [0, 0, 0, 3, 232, .. new byte[100]];
    private readonly CancellationTokenSource _end = new();
    private Task _work = Task.CompletedTask;

    /// <summary>Connections that the server closed.</summary>
    public int Closed { get; private set; }

    public void Start() => _work = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _work;
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await using var connection = await RawHttp2.ConnectAsync(address);
                await AttackAsync(connection);
                Closed += connection.Closed.IsCompleted ? 1 : 0;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                Closed++;
            }

            await Task.Delay(Pause, TimeProvider.System, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AttackAsync(RawHttp2 connection)
    {
        var open = true;
        for (var i = 0; i < Streams && open; i++)
        {
            open = await connection.OpenAndStallAsync(Path, Beginning);
        }

        while (open && !_end.IsCancellationRequested)
        {
            open = await connection.FloodAsync(Ping, 0, 0, new byte[8], 500) && await connection.OpenAndResetAsync(Path);
        }
    }
}
