using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Egress.Connecting;

/// <summary>Opens one connection; the socket is closed unless it is returned.</summary>
internal delegate Task<Socket> Dial(IPEndPoint endpoint, CancellationToken cancellationToken);

/// <summary>Dials with sockets that are counted.</summary>
internal sealed class TcpDialer(OpenSockets sockets)
{
    public async Task<Socket> DialAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = await sockets.CreateAsync(endpoint.AddressFamily, cancellationToken).ConfigureAwait(false);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
            // A receiver that resets at once is known as such only here, where the failure belongs to this address; the answer is kept.
            _ = socket.RemoteEndPoint;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
