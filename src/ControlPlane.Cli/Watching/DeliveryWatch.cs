using System.Runtime.CompilerServices;
using ControlPlane.Cli.Connection;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Cli.Watching;

/// <summary>A watch that outlives its connections: each new one begins with the token of the last message.</summary>
/// <param name="server">The server.</param>
/// <param name="time">The clock.</param>
/// <param name="note">Is told in words when the connection ends and when there is one again.</param>
/// <param name="connected">Is told the same as a truth value.</param>
internal sealed class DeliveryWatch(ServerConnection server, TimeProvider time, Action<string> note, Action<bool>? connected = null)
{
    /// <summary>Where another watch could go on; empty before the first message.</summary>
    public string ResumeToken { get; private set; } = "";

    /// <summary>All messages until cancelled, which ends the sequence without an exception.</summary>
    /// <exception cref="RpcException">The first connection failed, or the server refuses the watch.</exception>
    public async IAsyncEnumerable<WatchDeliveriesResponse> RunAsync(
        WatchDeliveriesRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        request = request.Clone();
        ResumeToken = request.ResumeToken;
        var (everConnected, failures) = (false, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            using var call = server.Deliveries.WatchDeliveries(request, server.Stream(cancellationToken));
            while (await NextAsync(call, everConnected, cancellationToken) is { } message)
            {
                if (failures > 0)
                {
                    note("watching again");
                    connected?.Invoke(true);
                }

                (everConnected, failures) = (true, 0);
                // A heartbeat of a server that keeps the token back must not lose the last one.
                ResumeToken = message.ResumeToken.Length > 0 ? message.ResumeToken : ResumeToken;
                yield return message;
            }

            if (ResumeToken.Length > 0)
            {
                (request.ResumeToken, request.StartTime) = (ResumeToken, null);
            }

            var delay = Reconnecting.Delay(++failures, Random.Shared.NextDouble());
            if (failures == 1 && !cancellationToken.IsCancellationRequested)
            {
                note("the stream ended; connecting again");
                connected?.Invoke(false);
            }

            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The next message; null if the stream is over and another one may follow.</summary>
    private static async Task<WatchDeliveriesResponse?> NextAsync(
        AsyncServerStreamingCall<WatchDeliveriesResponse> call, bool everConnected, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellationToken) ? call.ResponseStream.Current : null;
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (RpcException e) when (everConnected && Reconnecting.MayHelp(e))
        {
            return null;
        }
    }
}
