using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Hosting;

/// <summary>
/// Opens listeners that close a connection beyond their bound in the moment that it is accepted. The web server's own bound closes
/// them later, and a burst of connections would have taken the last file descriptors by then.
/// </summary>
internal sealed class BoundedListeners(
    IOptions<SocketTransportOptions> sockets, IOptions<ListenOptions> listen, DescriptorLimit descriptors, ILoggerFactory loggers)
    : IConnectionListenerFactory
{
    private readonly SocketTransportFactory _sockets = new(sockets, loggers);

    /// <summary>By port: <c>localhost</c> is two listeners.</summary>
    private readonly ConcurrentDictionary<int, Places> _places = new();

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(
            await _sockets.BindAsync(endpoint, cancellationToken),
            _places.GetOrAdd(((IPEndPoint)endpoint).Port, _ => new(Math.Min(listen.Value.MaxConnections, descriptors.PerListener))));

    private sealed class Places(int most)
    {
        private int _taken;

        public bool TryTake()
        {
            if (Interlocked.Increment(ref _taken) <= most)
            {
                return true;
            }

            GiveBack();
            return false;
        }

        public void GiveBack() => Interlocked.Decrement(ref _taken);
    }

    private sealed class Listener(IConnectionListener inner, Places places) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await inner.AcceptAsync(cancellationToken) is { } connection)
            {
                if (places.TryTake())
                {
                    return new Connection(connection, places);
                }

                connection.Abort();
                await connection.DisposeAsync();
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>Holds a place until its socket is closed.</summary>
    private sealed class Connection(ConnectionContext inner, Places places) : ConnectionContext
    {
        private int _closed;

        public override string ConnectionId
        {
            get => inner.ConnectionId;
            set => inner.ConnectionId = value;
        }

        public override IFeatureCollection Features => inner.Features;

        public override IDictionary<object, object?> Items
        {
            get => inner.Items;
            set => inner.Items = value;
        }

        public override IDuplexPipe Transport
        {
            get => inner.Transport;
            set => inner.Transport = value;
        }

        public override CancellationToken ConnectionClosed
        {
            get => inner.ConnectionClosed;
            set => inner.ConnectionClosed = value;
        }

        public override EndPoint? LocalEndPoint
        {
            get => inner.LocalEndPoint;
            set => inner.LocalEndPoint = value;
        }

        public override EndPoint? RemoteEndPoint
        {
            get => inner.RemoteEndPoint;
            set => inner.RemoteEndPoint = value;
        }

        public override void Abort() => inner.Abort();

        public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            if (Interlocked.Exchange(ref _closed, 1) == 0)
            {
                places.GiveBack();
            }

            await base.DisposeAsync();
        }
    }
}
