using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Benchmarks.Receivers;

/// <summary>
/// A name server on loopback that answers nothing. The system's resolver asks on port 53 only, and its configuration is a file of the
/// system, so a server is started in a mount namespace of its own that has another one: that takes Linux and root.
/// </summary>
internal sealed class SilentNameServer : IDisposable
{
    private static readonly IPAddress Address = IPAddress.Parse("127.19.100.53");
    private readonly Socket _socket;

    private SilentNameServer(Socket socket) => _socket = socket;

    /// <summary>What a server's resolver is to ask.</summary>
    public static string Configuration => $"nameserver {Address}\n";

    /// <summary>Returns null where it cannot be.</summary>
    public static SilentNameServer? TryStart()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return null;
        }

        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // What is sent to it is never read: the kernel drops what its buffer cannot take.
            socket.Bind(new IPEndPoint(Address, 53));
            return new(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    public void Dispose() => _socket.Dispose();
}
