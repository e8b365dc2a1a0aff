using System.Net;
using ControlPlane.Storage;

namespace ControlPlane.Benchmarks.Filling;

/// <summary>How the first attempt of a delivery ended.</summary>
internal static class PastOutcome
{
    /// <summary>How long it took.</summary>
    public static readonly TimeSpan AttemptDuration = TimeSpan.FromMilliseconds(40);

    /// <summary>What sending it would have recorded.</summary>
    /// <param name="delivery">The delivery, leased.</param>
    /// <param name="past">How it ends.</param>
    /// <param name="now">When it was recorded.</param>
    public static Completion Of(DeliveryRecord delivery, PastDelivery past, DateTimeOffset now)
    {
        var failed = past.State != DeliveryState.Succeeded;
        var status = (int)(failed ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.NoContent);
        var attempt = new AttemptRecord(
            1,
            DeliveryTrigger.Publish,
            delivery.CreateTime,
            AttemptDuration,
            status,
            failed ? FailureKind.HttpStatus : FailureKind.None,
            failed ? "The receiver answered 503 Service Unavailable; 2xx is expected." : "",
            "127.0.0.1",
            "");
        var reason = past.State switch
        {
            DeliveryState.Succeeded => EndReason.Delivered,
            DeliveryState.Dead => EndReason.AttemptsExhausted,
            DeliveryState.Cancelled => EndReason.CancelledByCaller,
            _ => EndReason.None,
        };
        return new(delivery, attempt, past.State, reason, Remaining(past.Due, now));
    }

    private static TimeSpan? Remaining(DateTimeOffset? due, DateTimeOffset now) =>
        due - now is { } left ? (left > TimeSpan.Zero ? left : TimeSpan.Zero) : null;
}
