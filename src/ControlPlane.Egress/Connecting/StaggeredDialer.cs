using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Egress.Connecting;

/// <summary>
/// Dials addresses in order, each with a head start of 300 ms over the next (after RFC 8305), so that one that swallows
/// packets does not eat the deadline of the rest. The first connection wins; all others are closed.
/// </summary>
internal sealed class StaggeredDialer(Dial dial, TimeProvider time)
{
    public static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(300);

    public async Task<(Socket Socket, IPEndPoint Endpoint)> DialAsync(
        IReadOnlyList<IPEndPoint> endpoints, CancellationToken cancellationToken)
    {
        using var finished = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var dialing = new List<(Task<Socket> Task, IPEndPoint Endpoint)>();
        (Exception? Cause, IPEndPoint Endpoint) lastFailure = (null, endpoints[0]);
        try
        {
            for (var next = 0; next < endpoints.Count || dialing.Count > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (next < endpoints.Count)
                {
                    dialing.Add((dial(endpoints[next], finished.Token), endpoints[next]));
                    next++;
                }

                var ended = await FirstEndedAsync(dialing, hasNext: next < endpoints.Count, finished.Token).ConfigureAwait(false);
                if (ended < 0)
                {
                    continue;
                }

                var (task, endpoint) = dialing[ended];
                dialing.RemoveAt(ended);
                if (task.IsCompletedSuccessfully)
                {
                    return (await task.ConfigureAwait(false), endpoint);
                }

                lastFailure = (task.Exception?.InnerException, endpoint);
            }
        }
        finally
        {
            await finished.CancelAsync().ConfigureAwait(false);
            dialing.ForEach(loser => _ = CloseAsync(loser.Task));
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new EgressException(Failure(lastFailure.Cause, lastFailure.Endpoint), lastFailure.Cause);
    }

    /// <summary>The index of an attempt that ended, or -1 when the next address is due.</summary>
    private async Task<int> FirstEndedAsync(
        List<(Task<Socket> Task, IPEndPoint Endpoint)> dialing, bool hasNext, CancellationToken cancellationToken)
    {
        var tasks = dialing.ConvertAll<Task>(attempt => attempt.Task);
        if (hasNext)
        {
            tasks.Add(Task.Delay(HeadStart, time, cancellationToken));
        }

        var ended = tasks.IndexOf(await Task.WhenAny(tasks).ConfigureAwait(false));
        return ended < dialing.Count ? ended : -1;
    }

    private static async Task CloseAsync(Task<Socket> loser)
    {
        await ((Task)loser).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (loser.IsCompletedSuccessfully)
        {
            (await loser.ConfigureAwait(false)).Dispose();
        }
    }

    private static EgressFailure Failure(Exception? cause, IPEndPoint endpoint)
    {
        if (cause is EgressException known)
        {
            return known.Failure;
        }

        var what = (cause as SocketException)?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "refused the connection",
            SocketError.TimedOut => "did not answer",
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => "cannot be reached from here",
            SocketError.ConnectionReset or SocketError.NotConnected => "reset the connection",
            SocketError.TooManyOpenSockets => "could not be connected to: this server has as many files open as it may",
            _ => "could not be connected to",
        };
        return new EgressFailure(EgressFailureKind.Connect, $"{endpoint} {what}.", endpoint.Address);
    }
}
