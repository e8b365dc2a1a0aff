using ControlPlane.V1;

namespace ControlPlane.Cli.Listening;

/// <summary>Tells the first change of a delivery, and of each time that it is set going by hand, from those that follow.</summary>
internal sealed class SeenRounds
{
    private const int Most = 10_000;

    /// <summary>Of each delivery how many attempts had been made when it was new; -1 once it has ended.</summary>
    private readonly Dictionary<string, int> _attempts = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public bool IsNew(Delivery delivery)
    {
        var known = _attempts.TryGetValue(delivery.Id, out var attempts);
        var ended = delivery.State is DeliveryState.Succeeded or DeliveryState.Dead or DeliveryState.Cancelled;
        var starts = delivery.State is DeliveryState.Pending or DeliveryState.InFlight
            && delivery.Trigger is DeliveryTrigger.Retry or DeliveryTrigger.Redrive
            && delivery.AttemptCount > attempts;
        if (!known)
        {
            _order.Enqueue(delivery.Id);
            if (_order.Count > Most)
            {
                _attempts.Remove(_order.Dequeue());
            }
        }

        var isNew = !known || starts;
        if (isNew || ended)
        {
            _attempts[delivery.Id] = ended ? -1 : delivery.AttemptCount;
        }

        return isNew;
    }
}
