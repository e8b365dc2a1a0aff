using System.Net;

namespace ControlPlane.Egress.Connecting;

/// <param name="Addresses">In the order to try them; empty exactly when there is a fault.</param>
/// <param name="Fault">Why there is no address: "does not exist".</param>
internal sealed record NameAnswer(IReadOnlyList<IPAddress> Addresses, string? Fault = null);

/// <summary>Turns a host name into addresses.</summary>
internal interface INameResolver
{
    /// <summary>Returns the addresses, or waits until it can.</summary>
    /// <param name="host">The name.</param>
    /// <param name="owner">Whose look-up it is: owners have a part of them at once, and take turns.</param>
    /// <param name="cancellationToken">Ends the wait, and the look-up if it has not begun and nobody else waits for it.</param>
    ValueTask<NameAnswer> ResolveAsync(string host, string owner, CancellationToken cancellationToken);
}
