using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Egress.Tests.Peers;

/// <summary>
/// Stands in for the network: an address given to <see cref="Refuse"/> refuses, one given to <see cref="Swallow"/> never answers,
/// any other gets a real connection to a loopback listener. Nothing but loopback is ever dialed.
/// </summary>
internal sealed class FakeDialer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<IPAddress, bool> _silent = new();
    private readonly Dictionary<IPAddress, TaskCompletionSource<Socket>> _held = [];
    private readonly ConcurrentQueue<IPEndPoint> _dialed = new();
    private readonly ConcurrentDictionary<(string Event, IPAddress Address), TaskCompletionSource> _happened = new();

    public FakeDialer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public string Dialed => string.Join(' ', _dialed);

    public void Refuse(string address) => _silent[IPAddress.Parse(address)] = false;

    public void Swallow(string address) => _silent[IPAddress.Parse(address)] = true;

    /// <summary>The address ignores cancellation and connects when the source is completed.</summary>
    public TaskCompletionSource<Socket> Hold(string address) =>
        _held[IPAddress.Parse(address)] = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the dial to the address was given up.</summary>
    public Task GivenUp(string address) => Happening("given up", IPAddress.Parse(address)).Task;

    /// <summary>Completes when the address is being dialed.</summary>
    public Task Reached(string address) => Happening("reached", IPAddress.Parse(address)).Task;

    public async Task<Socket> DialAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        _dialed.Enqueue(endpoint);
        Happening("reached", endpoint.Address).TrySetResult();
        if (_held.TryGetValue(endpoint.Address, out var held))
        {
            return await held.Task;
        }

        if (!_silent.TryGetValue(endpoint.Address, out var swallow))
        {
            return await ConnectAsync();
        }

        if (!swallow)
        {
            throw new SocketException((int)SocketError.ConnectionRefused);
        }

        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        finally
        {
            Happening("given up", endpoint.Address).TrySetResult();
        }

        throw new InvalidOperationException("unreachable");
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_listener.LocalEndPoint!);
        return socket;
    }

    public void Dispose() => _listener.Dispose();

    private TaskCompletionSource Happening(string what, IPAddress address) =>
        _happened.GetOrAdd((what, address), _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
