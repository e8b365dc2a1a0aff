using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Testing;

/// <summary>Ports of this machine that nobody uses.</summary>
public static class LocalPorts
{
    // Below what the system gives to outgoing connections: a server that was killed must find its ports free again, although
    // many clients dial in the meantime.
    private const int First = 12_000;
    private const int Last = 32_000;

    private static readonly HashSet<int> Given = [];

    /// <summary>A port that was not given before.</summary>
    public static int Take()
    {
        lock (Given)
        {
            while (true)
            {
                var port = Random.Shared.Next(First, Last);
                if (IsFree(port) && Given.Add(port))
                {
                    return port;
                }
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var probe = new TcpListener(IPAddress.Loopback, port);
        try
        {
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
