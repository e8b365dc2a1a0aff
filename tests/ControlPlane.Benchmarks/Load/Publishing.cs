using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Benchmarks.Load;

/// <summary>Publishes events to webhooks of one server, or of nodes that take turns; every event must make exactly one delivery.</summary>
internal sealed class Publishing(IReadOnlyList<ServerClients> nodes, Hooks hooks, int payloadBytes)
{
    private readonly ByteString _payload = ByteString.CopyFrom(Payload.Create(payloadBytes));

    public Publishing(ServerClients clients, Hooks hooks, int payloadBytes)
        : this([clients], hooks, payloadBytes)
    {
    }

    /// <summary>Publishes the event of this number; answers its id.</summary>
    public async Task<string> OneAsync(long number, CancellationToken cancellationToken)
    {
        var answer = await nodes[(int)(number % nodes.Count)].Events.PublishEventAsync(
            new PublishEventRequest { Event = Create(number) }, cancellationToken: cancellationToken);
        return Check(answer);
    }

    /// <summary>Publishes events in one call.</summary>
    public async Task BatchAsync(long first, int count, CancellationToken cancellationToken)
    {
        var request = new BatchPublishEventsRequest();
        for (var i = 0; i < count; i++)
        {
            request.Events.Add(Create(first + i));
        }

        var answer = await nodes[(int)(first / count % nodes.Count)].Events.BatchPublishEventsAsync(request, cancellationToken: cancellationToken);
        foreach (var result in answer.Results)
        {
            Check(result);
        }
    }

    private Event Create(long number) => new() { Type = hooks.TypeOf(number), Payload = _payload };

    private static string Check(PublishEventResponse answer) => answer.DeliveryCount == 1
        ? answer.Event.Id
        : throw new BenchmarkException($"An event makes {answer.DeliveryCount} deliveries instead of one.");
}
