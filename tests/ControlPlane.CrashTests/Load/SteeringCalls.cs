using ControlPlane.CrashTests.Ledger;
using ControlPlane.V1;

namespace ControlPlane.CrashTests.Load;

/// <summary>One client that retries deliveries that ended and cancels others, without end.</summary>
internal static class SteeringCalls
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

    private static Task RetryAsync(Stage stage, Delivery delivery) => SteerAsync(stage, delivery, true, async () =>
    {
        var reply = await stage.CallAsync(
            "retry", c => c.Deliveries.RetryDeliveryAsync(new() { DeliveryId = delivery.Id }), "DELIVERY_NOT_ENDED", "WEBHOOK_DELETED");
        return new(reply.Value?.Delivery, reply.Refusal);
    });

    private static Task CancelAsync(Stage stage, Delivery delivery) => SteerAsync(stage, delivery, false, async () =>
    {
        var reply = await stage.CallAsync(
            "cancel", c => c.Deliveries.CancelDeliveryAsync(new() { DeliveryId = delivery.Id }), "DELIVERY_ENDED");
        return new(reply.Value?.Delivery, reply.Refusal);
    });

    private static async Task SteerAsync(Stage stage, Delivery delivery, bool retry, Func<Task<Reply<Delivery>>> call)
    {
        var calls = stage.Ledger.Steering.Of(delivery.Id);
        var steer = new Steer(retry, Stage.Now);
        // Noted before it is sent: an attempt that follows from it can arrive before the answer.
        calls.Add(steer);
        var reply = await call();
        if (reply.Value is { } steered)
        {
            steer.Acknowledged = Stage.Now;
            stage.Ledger.Sightings.Add(steered);
        }
        else if (!reply.IsLost)
        {
            calls.Remove(steer);
        }
    }
}
