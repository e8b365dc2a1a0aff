using System.Net;
using ControlPlane.Egress.Policy;

namespace ControlPlane.Egress.Connecting;

/// <param name="Addresses">Every address the name has, also when the guard refuses them.</param>
/// <param name="Failure">Null when all of them may be dialed.</param>
internal sealed record GuardedAddresses(IReadOnlyList<IPAddress> Addresses, EgressFailure? Failure);

/// <summary>
/// Resolves a host once and judges the whole answer: one denied address refuses it, since a name with a public and a
/// private address is either an attack or a mistake.
/// </summary>
internal sealed class AddressGuard(INameResolver resolver, AddressPolicy addresses, PortSet ports)
{
    public async ValueTask<GuardedAddresses> ResolveAsync(string host, int port, string owner, CancellationToken cancellationToken)
    {
        if (!ports.Contains(port))
        {
            return new GuardedAddresses([], Blocked($"Port {port} is not allowed; allowed are {ports}."));
        }

        await addresses.Ready.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (IPAddress.TryParse(host, out var literal))
        {
            return Judge(host, [literal], port);
        }

        var answer = await resolver.ResolveAsync(host, owner, cancellationToken).ConfigureAwait(false);
        return answer.Addresses.Count > 0
            ? Judge(host, answer.Addresses, port)
            : new GuardedAddresses([], new EgressFailure(EgressFailureKind.Dns, $"{host} {answer.Fault ?? "has no address"}."));
    }

    private GuardedAddresses Judge(string host, IReadOnlyList<IPAddress> found, int port)
    {
        foreach (var address in found)
        {
            var verdict = addresses.Judge(new IPEndPoint(address, port));
            if (!verdict.IsAllowed)
            {
                return new GuardedAddresses(found, Blocked($"{host} leads to {address}: {verdict.Reason}.", address));
            }
        }

        return new GuardedAddresses(found, Failure: null);
    }

    private static EgressFailure Blocked(string message, IPAddress? address = null) =>
        new(EgressFailureKind.BlockedAddress, message, address);
}
