using System.Runtime.CompilerServices;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Client;

/// <summary>A watch that outlives its connections: each new one begins with the token of the last message, so that no change is missed.</summary>
/// <param name="deliveries">The service.</param>
/// <param name="time">The clock of the pauses between connections. Default <see cref="TimeProvider.System"/>.</param>
/// <param name="connected">Is told <see langword="false"/> when the connection ends and <see langword="true"/> when there is one again.</param>
public sealed class DeliveryWatch(DeliveryService.DeliveryServiceClient deliveries, TimeProvider? time = null, Action<bool>? connected = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Where another watch could go on; empty before the first message.</summary>
    public string ResumeToken { get; private set; } = "";

    /// <summary>All messages until cancelled, which ends the sequence without an exception.</summary>
    /// <param name="request">What to watch and where to begin.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="RpcException">The first connection failed, or the server refuses the watch.</exception>
    public async IAsyncEnumerable<WatchDeliveriesResponse> RunAsync(
        WatchDeliveriesRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        request = request.Clone();
        ResumeToken = request.ResumeToken;
        var (everConnected, failures) = (false, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            using var call = deliveries.WatchDeliveries(request, cancellationToken: cancellationToken);
            while (await NextAsync(call, everConnected, cancellationToken) is { } message)
            {
                if (failures > 0)
                {
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
                connected?.Invoke(false);
            }

            await Task.Delay(delay, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
