using ControlPlane.Cli.Commands;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Cli.Monitor;

/// <summary>All that is to be seen of one delivery.</summary>
/// <param name="Delivery">The delivery with its attempts.</param>
/// <param name="Summary">Why it is where it is.</param>
/// <param name="Payload">The event's payload as text; empty if the key may not read it or it is no longer stored.</param>
internal sealed record DeliveryDetails(Delivery Delivery, string Summary, string Payload)
{
    public static async Task<DeliveryDetails> ReadAsync(Session session, Delivery delivery, CancellationToken cancellationToken)
    {
        CallOptions Call() => session.Server.Call(cancellationToken);
        var found = (await session.Server.Deliveries.GetDeliveryAsync(new() { DeliveryId = delivery.Id }, Call())).Delivery;
        var explained = await session.Server.Deliveries.ExplainDeliveryAsync(new() { DeliveryId = delivery.Id }, Call());
        try
        {
            var answer = await session.Server.Events.GetEventAsync(new() { EventId = delivery.EventId, TenantId = delivery.TenantId }, Call());
            return new(found, explained.Summary, answer.Event.Payload.ToStringUtf8());
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.PermissionDenied or StatusCode.NotFound)
        {
            return new(found, explained.Summary, "");
        }
    }

    public IEnumerable<Cell[]> Lines()
    {
        foreach (var field in DeliveryView.Fields(Delivery))
        {
            yield return [new(field.Label.PadRight(14), Tone.Dim), field.Value];
        }

        yield return [new("explained".PadRight(14), Tone.Dim), Summary];
        yield return [""];
        foreach (var attempt in Delivery.Attempts)
        {
            yield return
            [
                $"attempt {attempt.Number}", new(Show.Time(attempt.StartTime), Tone.Dim), Show.Duration(attempt.Duration), DeliveryView.Outcome(attempt),
                new(EnumText.Format(attempt.Trigger), Tone.Dim),
            ];
            if (attempt.ResponseExcerpt.Length > 0)
            {
                yield return [new("  " + attempt.ResponseExcerpt, Tone.Dim)];
            }
        }

        yield return [""];
        yield return [new("payload", Tone.Dim)];
        yield return [Payload];
    }
}
