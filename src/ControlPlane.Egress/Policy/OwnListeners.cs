using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace ControlPlane.Egress.Policy;

/// <summary>
/// The addresses this server listens on, known once it has bound them. A webhook must never reach them, not even
/// inside an allowed network: they trust whoever can connect more than a stranger deserves.
/// </summary>
/// <param name="localAddresses">The addresses of this machine's interfaces, asked only about a wildcard listener's port.</param>
internal sealed class OwnListeners(Func<IEnumerable<IPAddress>> localAddresses)
{
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IPEndPoint[] _endpoints = [];

    /// <summary>Completes with <see cref="Set"/>. No connection is made before: it could go to a listener just opened.</summary>
    public Task Known => _known.Task;

    /// <summary>The addresses of this machine's interfaces, as they are now.</summary>
    public static IEnumerable<IPAddress> ReadLocalAddresses() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address);

    public void Set(IEnumerable<IPEndPoint> endpoints)
    {
        _endpoints = [.. endpoints.Select(endpoint => new IPEndPoint(Plain(endpoint.Address), endpoint.Port))];
        _known.TrySetResult();
    }

    /// <summary>True when a connection to the endpoint would arrive at one of the listeners.</summary>
    public bool Include(IPEndPoint destination)
    {
        var address = Reached(Plain(destination.Address));
        foreach (var listener in _endpoints)
        {
            if (listener.Port == destination.Port
                && (listener.Address.Equals(address) || (IsWildcard(listener.Address) && IsLocal(address))))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsLocal(IPAddress address) =>
        IPAddress.IsLoopback(address) || localAddresses().Any(local => Plain(local).Equals(address));

    private static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>Connecting to the unspecified address reaches this machine's loopback.</summary>
    private static IPAddress Reached(IPAddress address) =>
        address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;

    private static IPAddress Plain(IPAddress address) => address switch
    {
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
        { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } => new IPAddress(address.GetAddressBytes()),
        _ => address,
    };
}
