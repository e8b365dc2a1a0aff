using System.Net;

namespace ControlPlane.Egress.Connecting;

/// <summary>
/// Makes every connection: resolves once, refuses unless the guard allows every answer, and dials exactly those
/// addresses. Nothing resolves the name a second time, so what was judged is what is dialed.
/// </summary>
internal sealed class GuardedConnector(AddressGuard guard, StaggeredDialer dialer, RemoteAddressLedger ledger, OpenSockets sockets)
{
    /// <summary>The rest of a longer answer is judged but not dialed: each address may cost a socket.</summary>
    private const int MaxDialed = 8;

    /// <summary>Until this is disposed, connections to a host are not closed for the sake of others.</summary>
    public IDisposable Use(string host, int port) => sockets.Use(host, port);

    /// <summary>The handler's connect callback.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        if (AttemptDeadline.Of(context.InitialRequestMessage) is not { } deadline)
        {
            return await ConnectAsync(host, port, "", cancellationToken).ConfigureAwait(false);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var connection = await ConnectAsync(host, port, deadline.Owner, either.Token).ConfigureAwait(false);
        deadline.Connected(connection);
        return connection;
    }

    /// <exception cref="EgressException">The name has no address, the guard refuses it, or no address answers.</exception>
    public async ValueTask<Stream> ConnectAsync(string host, int port, string owner, CancellationToken cancellationToken)
    {
        var resolved = await guard.ResolveAsync(host, port, owner, cancellationToken).ConfigureAwait(false);
        return await ConnectAsync(host, port, resolved, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Dials what <see cref="AddressGuard.ResolveAsync"/> answered for this host and port.</summary>
    /// <exception cref="EgressException">The answer was a refusal, or no address answers.</exception>
    public async Task<LedgeredStream> ConnectAsync(
        string host, int port, GuardedAddresses resolved, CancellationToken cancellationToken) =>
        resolved.Failure is { } failure
            ? throw new EgressException(failure)
            : await DialAsync(host, port, resolved.Addresses, cancellationToken).ConfigureAwait(false);

    /// <summary>Dials addresses that were judged; the host is only recorded.</summary>
    private async Task<LedgeredStream> DialAsync(
        string host, int port, IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
    {
        var endpoints = addresses.Take(MaxDialed).Select(address => new IPEndPoint(address, port)).ToArray();
        var (socket, endpoint) = await dialer.DialAsync(endpoints, cancellationToken).ConfigureAwait(false);
        try
        {
            return new LedgeredStream(socket, ledger, sockets, host, endpoint);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
