using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Cli.Demo;

/// <summary>Ports of this machine that nobody uses.</summary>
internal static class LocalPorts
{
    /// <summary>Two different ones; both are held until both are known.</summary>
    public static (int First, int Second) TwoFree()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }
}
