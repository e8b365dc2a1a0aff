using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace ControlPlane.Egress.Tests.Peers;

/// <summary>
/// A TLS listener that keeps every application byte it gets, in the order it came. It answers complete HTTP/1.1 requests with
/// 200; without a certificate it never answers a handshake.
/// </summary>
internal sealed class RawReceiver : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<byte[]> _received = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SslServerAuthenticationOptions? _options;
    private int _connections;

    public RawReceiver(X509Certificate2? certificate, params SslApplicationProtocol[] protocols)
    {
        _options = certificate is null ? null : new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            ApplicationProtocols = protocols.Length > 0 ? [.. protocols] : null,
        };
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Completes with the first byte of a handshake that is never answered.</summary>
    public Task Greeted => _greeted.Task;

    /// <summary>What the next connection carried.</summary>
    public async Task<byte[]> NextAsync() => await _received.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            Interlocked.Increment(ref _connections);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        var received = new List<byte>();
        using (client)
        {
            try
            {
                if (_options is null)
                {
                    await client.GetStream().ReadAtLeastAsync(new byte[1], 1);
                    _greeted.TrySetResult();
                    while (await client.GetStream().ReadAsync(new byte[4096]) > 0)
                    {
                    }
                }
                else
                {
                    await using var tls = new SslStream(client.GetStream());
                    await tls.AuthenticateAsServerAsync(_options);
                    await ReadAsync(tls, received);
                }
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException)
            {
                // The client hung up, as some tests want.
            }
        }

        _received.Writer.TryWrite([.. received]);
    }

    private static async Task ReadAsync(SslStream tls, List<byte> received)
    {
        var buffer = new byte[4096];
        while (await tls.ReadAsync(buffer) is > 0 and var count)
        {
            received.AddRange(buffer.AsSpan(0, count));
            if (IsComplete(Encoding.Latin1.GetString([.. received])))
            {
                await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                return;
            }
        }
    }

    private static bool IsComplete(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        const string length = "Content-Length: ";
        var at = text.IndexOf(length, StringComparison.OrdinalIgnoreCase);
        return end >= 0 && at >= 0
            && int.Parse(text[(at + length.Length)..].Split('\r')[0], null) == text.Length - end - 4;
    }
}
