using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Egress.Connecting;

/// <summary>Opens one connection; the socket is closed unless it is returned.</summary>
internal delegate Task<Socket> Dial(IPEndPoint endpoint, CancellationToken cancellationToken);

internal static class TcpDialer
{
    public static async Task<Socket> DialAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
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
