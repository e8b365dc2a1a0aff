using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Testing;

namespace ControlPlane.Faults.Tests.Receiving;

/// <summary>A receiver that does with each of its connections what it was told, byte for byte.</summary>
internal sealed class FaultReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener = Listen();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Func<FaultConnection, Task> _behave;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly Task _accepting;

    /// <param name="behave">What it does with a connection, which is closed when that ends.</param>
    /// <param name="certificate">Its own; null for a receiver without TLS.</param>
    /// <param name="protocols">What it agrees to speak inside TLS; none: it does not negotiate.</param>
    public FaultReceiver(
        Func<FaultConnection, Task> behave, X509Certificate2? certificate, params IReadOnlyList<SslApplicationProtocol> protocols)
    {
        _behave = behave;
        _tls = certificate is null ? null : new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            ApplicationProtocols = protocols.Count > 0 ? [.. protocols] : null,
        };
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => $"https://127.0.0.1:{Port}/";

    /// <summary>Connections that were made to it.</summary>
    public int Connections => _connections.Count;

    /// <summary>Connections on which it could do all it was told, though the other side should have hung up before.</summary>
    public int Finished => _connections.Count(task => task.IsCompletedSuccessfully && ((Task<bool>)task).Result);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    /// <summary>
    /// On a port that no receiver of this run had before: the server remembers of each which HTTP version it speaks.
    /// </summary>
    private static TcpListener Listen()
    {
        while (true)
        {
            var listener = new TcpListener(IPAddress.Loopback, LocalPorts.Take());
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another program was faster.
                listener.Dispose();
            }
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task<bool> ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await using var plain = new NetworkStream(socket);
                if (_tls is null)
                {
                    await _behave(new FaultConnection(socket, plain, _stop.Token));
                    return true;
                }

                await using var tls = new SslStream(plain);
                await tls.AuthenticateAsServerAsync(_tls, _stop.Token);
                if (_tls.ApplicationProtocols is { Count: > 0 } && tls.NegotiatedApplicationProtocol == default)
                {
                    // The server fell back to a version that this receiver does not speak.
                    return false;
                }

                await _behave(new FaultConnection(socket, tls, _stop.Token));
                return true;
            }
            catch (Exception e) when (
                e is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
            {
                // The server hung up, as it often should, or the fault was to do so.
                return false;
            }
        }
    }
}
