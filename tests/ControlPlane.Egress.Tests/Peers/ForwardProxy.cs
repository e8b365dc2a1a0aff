using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ControlPlane.Egress.Tests.Peers;

/// <summary>A forward proxy that records each request head and tunnels every CONNECT to one loopback port.</summary>
internal sealed class ForwardProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly string _answer;

    public ForwardProxy(int target, string answer = "200 Connection established")
    {
        (_target, _answer) = (target, answer);
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Head { get; private set; } = "";

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync();
            var inward = client.GetStream();
            Head = await ReadHeadAsync(inward);
            await inward.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {_answer}\r\n\r\n"));
            using var target = new TcpClient();
            await target.ConnectAsync(IPAddress.Loopback, _target);
            var outward = target.GetStream();
            await Task.WhenAny(inward.CopyToAsync(outward), outward.CopyToAsync(inward));
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // Either end went away, which ends the tunnel.
        }
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) > 0)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
