using System.Net;

namespace ControlPlane.Egress.Connecting;

/// <param name="Addresses">In the order to try them; empty exactly when there is a fault.</param>
/// <param name="Fault">Why there is no address: "does not exist".</param>
internal sealed record NameAnswer(IReadOnlyList<IPAddress> Addresses, string? Fault = null);

/// <summary>Turns a host name into addresses.</summary>
internal interface INameResolver
{
    ValueTask<NameAnswer> ResolveAsync(string host, CancellationToken cancellationToken);
}
