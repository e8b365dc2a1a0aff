using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Cluster.Tests;

/// <summary>Passes connections on to a port of this machine, and can hold back all that goes over them without ending any.</summary>
public sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _passing = [];
    private readonly int _target;
    private readonly Task _taking;
    private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Listens on a port of its own.</summary>
    /// <param name="target">Where it passes connections on to.</param>
    public Relay(int target)
    {
        _target = target;
        _open.SetResult();
        _listener.Start();
        _taking = TakeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Nothing gets through from now on, nor is any connection refused.</summary>
    public void Hold() => Volatile.Write(ref _open, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Everything gets through again, and first what was held back.</summary>
    public void Release() => Volatile.Read(ref _open).TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _taking;
        await Task.WhenAll(_passing);
        _listener.Dispose();
        _ending.Dispose();
    }

    private async Task TakeAsync()
    {
        try
        {
            while (true)
            {
                var taken = await _listener.AcceptSocketAsync(_ending.Token);
                _passing.Add(PassAsync(taken));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task PassAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (near)
        {
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, _target, _ending.Token);
                // When one side ends, so does the other: neither is left half open.
                await Task.WhenAny(CopyAsync(near, far), CopyAsync(far, near));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (await from.ReceiveAsync(buffer, _ending.Token) is > 0 and var length)
            {
                await Volatile.Read(ref _open).Task.WaitAsync(_ending.Token);
                await to.SendAsync(buffer.AsMemory(0, length), _ending.Token);
            }

            await Volatile.Read(ref _open).Task.WaitAsync(_ending.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }
}
