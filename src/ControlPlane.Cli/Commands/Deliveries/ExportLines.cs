using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Cli.Commands.Deliveries;

/// <summary>Reads what belongs to listed deliveries, several at a time, and makes lines of it in the order of the list.</summary>
internal sealed class ExportLines(Session session)
{
    private const int AtOnce = 16;

    public async IAsyncEnumerable<string> ReadAsync(IEnumerable<Delivery> listed)
    {
        foreach (var group in listed.Chunk(AtOnce))
        {
            foreach (var line in await Task.WhenAll(group.Select(ReadOneAsync)))
            {
                yield return line;
            }
        }
    }

    private async Task<string> ReadOneAsync(Delivery listed)
    {
        var delivery = ReadDeliveryAsync(listed);
        var source = await ReadEventAsync(listed);
        var json = JsonFormatter.Default;
        return source is null
            ? $"{{ \"delivery\": {json.Format(await delivery)} }}"
            : $"{{ \"delivery\": {json.Format(await delivery)}, \"event\": {json.Format(source)} }}";
    }

    /// <summary>With its attempts; as listed if retention removed it since.</summary>
    private async Task<Delivery> ReadDeliveryAsync(Delivery listed)
    {
        try
        {
            var answer = await session.Server.Deliveries.GetDeliveryAsync(
                new GetDeliveryRequest { DeliveryId = listed.Id }, session.Call());
            return answer.Delivery;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound)
        {
            return listed;
        }
    }

    private async Task<Event?> ReadEventAsync(Delivery listed)
    {
        try
        {
            var answer = await session.Server.Events.GetEventAsync(
                new GetEventRequest { EventId = listed.EventId, TenantId = listed.TenantId }, session.Call());
            return answer.Event;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound)
        {
            return null;
        }
    }
}
