using System.Globalization;
using System.Net.Sockets;

namespace ControlPlane.Egress.Connecting;

/// <summary>
/// Keeps the sockets to receivers below what the limit of open files leaves room for. When none is left, connections to the origin
/// that has gone longest without a request are closed; without one, whoever wants to dial waits until a socket is closed.
/// </summary>
/// <param name="most">How many may be open.</param>
/// <param name="time">Measures <see cref="LongestWait"/>.</param>
internal sealed class OpenSockets(int most, TimeProvider time)
{
    /// <summary>How long a dial waits for a socket before it fails.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Host, int Port), Origin> _origins = [];

    /// <summary>Those with connections and without requests, the one without for longest first.</summary>
    private readonly LinkedList<Origin> _idle = [];
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private int _open;

    public int Most => most;

    /// <summary>How many are open.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _open;
            }
        }
    }

    /// <summary>Makes a socket. It counts until it is disposed.</summary>
    /// <exception cref="EgressException">None was closed in time.</exception>
    /// <exception cref="SocketException">The process has no file descriptor left all the same.</exception>
    public async Task<Socket> CreateAsync(AddressFamily family, CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new CountedSocket(this, family);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <summary>A request to an origin is under way until this is disposed, so its connections stay.</summary>
    public IDisposable Use(string host, int port)
    {
        lock (_lock)
        {
            var origin = OriginOf(host, port);
            origin.Requests++;
            Sort(origin);
            return new Usage(this, origin);
        }
    }

    /// <summary>A connection to an origin that is closed if others need its socket and the origin has no request.</summary>
    public void Opened(string host, int port, IDisposable connection)
    {
        lock (_lock)
        {
            var origin = OriginOf(host, port);
            origin.Connections.Add(connection);
            Sort(origin);
        }
    }

    public void Closed(string host, int port, IDisposable connection)
    {
        lock (_lock)
        {
            if (_origins.TryGetValue((host, port), out var origin))
            {
                origin.Connections.Remove(connection);
                Sort(origin);
            }
        }
    }

    private async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> place;
        lock (_lock)
        {
            if (_open < most)
            {
                _open++;
                return;
            }

            place = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        MakeRoom();
        try
        {
            await place.Value.Task.WaitAsync(LongestWait, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            if (GiveUp(place))
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new EgressException(new(EgressFailureKind.Connect, string.Create(
                    CultureInfo.InvariantCulture,
                    $"No connection was made: all {most} that this server's limit of open files leaves room for are in use.")));
            }

            // Its turn has come meanwhile; dialing finds the cancellation out.
        }
    }

    private bool GiveUp(LinkedListNode<TaskCompletionSource> place)
    {
        lock (_lock)
        {
            if (place.List is null)
            {
                return false;
            }

            _waiting.Remove(place);
            return true;
        }
    }

    private void Leave()
    {
        TaskCompletionSource? next = null;
        lock (_lock)
        {
            if (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                next = first.Value;
            }
            else
            {
                _open--;
            }
        }

        next?.SetResult();
    }

    private void End(Origin origin)
    {
        lock (_lock)
        {
            origin.Requests--;
            Sort(origin);
        }

        MakeRoom();
    }

    /// <summary>Closes connections without requests for those that wait.</summary>
    private void MakeRoom()
    {
        while (true)
        {
            IDisposable[] connections;
            lock (_lock)
            {
                if (_waiting.Count == 0 || _idle.First is not { } first)
                {
                    return;
                }

                connections = [.. first.Value.Connections];
                first.Value.Connections.Clear();
                Sort(first.Value);
            }

            foreach (var connection in connections)
            {
                connection.Dispose();
            }
        }
    }

    private Origin OriginOf(string host, int port)
    {
        if (!_origins.TryGetValue((host, port), out var origin))
        {
            _origins[(host, port)] = origin = new(host, port);
        }

        return origin;
    }

    /// <summary>Puts an origin where it belongs after a change.</summary>
    private void Sort(Origin origin)
    {
        var isIdle = origin is { Requests: 0, Connections.Count: > 0 };
        if (isIdle && origin.Place.List is null)
        {
            _idle.AddLast(origin.Place);
        }
        else if (!isIdle && origin.Place.List is not null)
        {
            _idle.Remove(origin.Place);
        }

        if (origin is { Requests: 0, Connections.Count: 0 })
        {
            _origins.Remove((origin.Host, origin.Port));
        }
    }

    private sealed class Origin
    {
        public Origin(string host, int port) => (Host, Port, Place) = (host, port, new(this));

        public string Host { get; }

        public int Port { get; }

        public LinkedListNode<Origin> Place { get; }

        public HashSet<IDisposable> Connections { get; } = [];

        public int Requests { get; set; }
    }

    private sealed class Usage(OpenSockets sockets, Origin origin) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                sockets.End(origin);
            }
        }
    }

    private sealed class CountedSocket(OpenSockets sockets, AddressFamily family) : Socket(family, SocketType.Stream, ProtocolType.Tcp)
    {
        private int _left;

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                sockets.Leave();
            }
        }
    }
}
