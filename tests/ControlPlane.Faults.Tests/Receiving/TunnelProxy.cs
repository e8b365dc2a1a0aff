using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ControlPlane.Faults.Tests.Receiving;

/// <summary>A forward proxy that opens every tunnel to one port of this machine, and keeps what it was asked for.</summary>
internal sealed class TunnelProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly ConcurrentBag<Task> _tunnels = [];
    private readonly int _target;
    private readonly Task _accepting;

    public TunnelProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>The first lines of what was asked.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_tunnels);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _tunnels.Add(TunnelAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task TunnelAsync(TcpClient client)
    {
        using var target = new TcpClient();
        using (client)
        {
            try
            {
                var near = client.GetStream();
                var head = new StringBuilder();
                for (var one = new byte[1]; !head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal); head.Append((char)one[0]))
                {
                    await near.ReadExactlyAsync(one, _stop.Token);
                }

                _asked.Enqueue(head.ToString().Split("\r\n")[0]);
                await target.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                await near.WriteAsync("HTTP/1.1 200 Connection Established\r\n\r\n"u8.ToArray(), _stop.Token);
                var far = target.GetStream();
                await Task.WhenAny(near.CopyToAsync(far, _stop.Token), far.CopyToAsync(near, _stop.Token));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One side hung up, or the test is over.
            }
        }
    }
}
