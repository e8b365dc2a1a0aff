using ControlPlane.CrashTests.Ledger;
using ControlPlane.V1;

namespace ControlPlane.CrashTests.Load;

/// <summary>One client that retries deliveries that ended and cancels others, without end.</summary>
internal static class RetryAndCancelCalls
{
    public static async Task RunAsync(Stage stage, Random random)
    {
        while (stage.GoesOn)
        {
            await stage.PaceAsync(random, 60);
            if (stage.Ledger.Sightings.Pick(random) is { } delivery)
            {
                await (HasEnded(delivery) ? RetryAsync(stage, delivery) : CancelAsync(stage, delivery));
            }
        }
    }

    public static bool HasEnded(Delivery delivery) =>
        delivery.State is DeliveryState.Succeeded or DeliveryState.Dead or DeliveryState.Cancelled;

    private static Task RetryAsync(Stage stage, Delivery delivery) => CallAsync(stage, delivery, true, async () =>
    {
        var reply = await stage.CallAsync(
            "retry", _ => stage.Platform.Deliveries.RetryDeliveryAsync(new() { DeliveryId = delivery.Id }), "DELIVERY_NOT_ENDED", "WEBHOOK_DELETED");
        return new(reply.Value?.Delivery, reply.Refusal);
    });

    private static Task CancelAsync(Stage stage, Delivery delivery) => CallAsync(stage, delivery, false, async () =>
    {
        var reply = await stage.CallAsync(
            "cancel", _ => stage.Platform.Deliveries.CancelDeliveryAsync(new() { DeliveryId = delivery.Id }), "DELIVERY_ENDED");
        return new(reply.Value?.Delivery, reply.Refusal);
    });

    private static async Task CallAsync(Stage stage, Delivery delivery, bool retry, Func<Task<Reply<Delivery>>> send)
    {
        var calls = stage.Ledger.RetriesAndCancels.Of(delivery.Id);
        var call = new RetryOrCancelCall(retry, Stage.Now);
        // Noted before it is sent: an attempt that follows from it can arrive before the answer.
        calls.Add(call);
        var reply = await send();
        if (reply.Value is { } changed)
        {
            call.Acknowledged = Stage.Now;
            stage.Ledger.Sightings.Add(changed);
        }
        else if (!reply.IsLost)
        {
            calls.Remove(call);
        }
    }
}
