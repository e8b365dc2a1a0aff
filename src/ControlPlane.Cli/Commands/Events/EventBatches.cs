using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Events;

/// <summary>Publishes a file of events in as few calls as the server's limits allow.</summary>
internal static class EventBatches
{
    private const int MostEvents = 1000;
    // The server takes 4 MiB; the rest is room for what frames the events.
    private const int MostBytes = (4 * 1024 * 1024) - (64 * 1024);

    public static async Task PublishAsync(Session session, string path)
    {
        // Every line is read before the first call, so that a wrong one publishes nothing.
        var events = EventLines.Parse(await InputBytes.ReadAsync(session, path), session.Tenant);
        if (events.Count == 0)
        {
            throw new UsageException($"{path} holds no events.");
        }

        var results = new List<PublishEventResponse>();
        foreach (var batch in Split(events))
        {
            BatchPublishEventsResponse answer;
            try
            {
                answer = await session.Server.Events.BatchPublishEventsAsync(batch, session.Call());
            }
            catch (Grpc.Core.RpcException) when (results.Count > 0)
            {
                Print(session, results);
                session.Print.Note($"The first {results.Count} events are published; the error concerns the {batch.Events.Count} after them.");
                throw;
            }

            results.AddRange(answer.Results);
        }

        Print(session, results);
    }

    /// <summary>Cuts a list of events into requests within the limits, in order.</summary>
    public static IEnumerable<BatchPublishEventsRequest> Split(IReadOnlyList<Event> events)
    {
        var (batch, bytes) = (new BatchPublishEventsRequest(), 0);
        foreach (var one in events)
        {
            var size = one.CalculateSize() + 8;
            if (batch.Events.Count == MostEvents || (batch.Events.Count > 0 && bytes + size > MostBytes))
            {
                yield return batch;
                (batch, bytes) = (new BatchPublishEventsRequest(), 0);
            }

            batch.Events.Add(one);
            bytes += size;
        }

        yield return batch;
    }

    private static void Print(Session session, List<PublishEventResponse> results) =>
        session.Print.List(results, EventView.ResultColumns);
}
