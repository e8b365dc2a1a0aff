using System.Collections.Concurrent;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Benchmarks.Load;

/// <summary>Publishes numbered events to webhooks in turn and keeps how long the calls took.</summary>
internal sealed class SoakPublisher(ServerClients clients, Hooks hooks, NumberedEvents events, int payloadBytes)
{
    private readonly ByteString _payload = ByteString.CopyFrom(Payload.Create(payloadBytes));
    private readonly ConcurrentQueue<(double Late, double Call)> _milliseconds = [];
    private int _refused;

    /// <summary>Publishes that were not acknowledged.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>How long calls took since this was asked last.</summary>
    public PublishTimes TakeTimes()
    {
        List<(double Late, double Call)> taken = [];
        while (_milliseconds.TryDequeue(out var each))
        {
            taken.Add(each);
        }

        return new(new(taken.Select(each => each.Late)), new(taken.Select(each => each.Call)));
    }

    /// <summary>Publishes the event of this number, which was to be done at that timestamp.</summary>
    public async Task PublishAsync(int number, long scheduled, CancellationToken cancellationToken)
    {
        var late = TimeProvider.System.GetElapsedTime(scheduled);
        var made = TimeProvider.System.GetTimestamp();
        try
        {
            var request = new PublishEventRequest
            {
                Event = new() { Id = NumberedEvents.Id(number), Type = hooks.TypeOf(number), Payload = _payload },
            };
            await clients.Events.PublishEventAsync(request, cancellationToken: cancellationToken);
            events.Acknowledge(number);
            _milliseconds.Enqueue((late.TotalMilliseconds, TimeProvider.System.GetElapsedTime(made).TotalMilliseconds));
        }
        catch (RpcException) when (!cancellationToken.IsCancellationRequested)
        {
            Interlocked.Increment(ref _refused);
        }
    }
}

/// <summary>How long publishes took, in milliseconds.</summary>
/// <param name="Late">From when they were to be made to when they were: the publisher's own delay, on a busy machine.</param>
/// <param name="Call">From then to the answer.</param>
internal sealed record PublishTimes(Percentiles Late, Percentiles Call);
