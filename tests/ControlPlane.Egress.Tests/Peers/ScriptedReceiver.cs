using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ControlPlane.Egress.Tests.Peers;

/// <summary>A TLS listener whose connections do what a test says, byte by byte. A connection is closed when its script ends.</summary>
internal sealed class ScriptedReceiver : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SslServerAuthenticationOptions _options;
    private readonly Func<SslStream, int, Task> _script;
    private int _connections;

    /// <param name="certificate">The receiver's.</param>
    /// <param name="script">Gets the connection and its number, 1 for the first.</param>
    /// <param name="protocols">What can be agreed on by ALPN.</param>
    public ScriptedReceiver(X509Certificate2 certificate, Func<SslStream, int, Task> script, params SslApplicationProtocol[] protocols)
    {
        _script = script;
        _options = new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            ApplicationProtocols = [.. protocols],
        };
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    public void Dispose() => _listener.Dispose();

    /// <summary>Reads one HTTP/1.1 request and returns its head; null at the end of the connection.</summary>
    public static async Task<string?> ReadRequestAsync(Stream connection)
    {
        var head = await ReadHeadAsync(connection);
        if (head is not null)
        {
            await ReadBodyAsync(connection, head);
        }

        return head;
    }

    /// <summary>Reads the body that goes with a head.</summary>
    public static async Task ReadBodyAsync(Stream connection, string head)
    {
        const string length = "Content-Length: ";
        var at = head.IndexOf(length, StringComparison.OrdinalIgnoreCase);
        if (at >= 0)
        {
            await connection.ReadExactlyAsync(new byte[int.Parse(head[(at + length.Length)..].Split('\r')[0], null)]);
        }
    }

    /// <summary>Reads until the client hangs up.</summary>
    public static async Task DrainAsync(Stream connection)
    {
        while (await connection.ReadAsync(new byte[4096]) > 0)
        {
        }
    }

    /// <summary>Reads the head of one HTTP/1.1 request; null at the end of the connection.</summary>
    public static async Task<string?> ReadHeadAsync(Stream connection)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await connection.ReadAsync(one) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        return Encoding.Latin1.GetString([.. head]);
    }

    private async Task AcceptAsync()
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

            _ = ServeAsync(client, Interlocked.Increment(ref _connections));
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        using (client)
        {
            try
            {
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(_options);
                await _script(tls, number);
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException or ObjectDisposedException)
            {
                // The client hung up, as some tests want.
            }
        }
    }
}
