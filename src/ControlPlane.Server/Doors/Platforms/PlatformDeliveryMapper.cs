using ControlPlane.V1;

namespace ControlPlane.Server.Doors.Platforms;

/// <summary>What platforms call the states of a delivery.</summary>
internal static class PlatformDeliveryMapper
{
    public const string Delivered = "delivered";
    public const string Failed = "failed";
    public const string Pending = "pending";

    public static string Status(Delivery delivery) => delivery.State switch
    {
        DeliveryState.Succeeded => Delivered,
        DeliveryState.Dead or DeliveryState.Cancelled => Failed,
        _ => Pending,
    };

    /// <summary>The states behind a status; none if there is no such status.</summary>
    public static IReadOnlyList<DeliveryState> States(string status) => status switch
    {
        Delivered => [DeliveryState.Succeeded],
        Failed => [DeliveryState.Dead, DeliveryState.Cancelled],
        Pending => [DeliveryState.Pending, DeliveryState.InFlight, DeliveryState.RetryScheduled],
        _ => [],
    };

    /// <summary>When it succeeded; null if it did not.</summary>
    public static Google.Protobuf.WellKnownTypes.Timestamp? DeliverTime(Delivery delivery) =>
        delivery.State == DeliveryState.Succeeded ? delivery.UpdateTime : null;
}
