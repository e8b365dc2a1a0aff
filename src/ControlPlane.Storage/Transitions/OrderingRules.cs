namespace ControlPlane.Storage.Transitions;

/// <summary>
/// Whose turn it is in an ordering line: the deliveries of one ordering key to one webhook, in the order in which they were appended,
/// without those that have ended.
/// </summary>
public static class OrderingRules
{
    /// <summary>Returns whether a delivery with this trigger has a place in the line of its event's ordering key.</summary>
    public static bool HasPlace(string orderingKey, DeliveryTrigger trigger) =>
        orderingKey.Length > 0 && trigger != DeliveryTrigger.Test;

    /// <summary>Returns the delivery that the others of a line have to let go first: the leased one or, if none is, the first that is
    /// ready; null if none is ready.</summary>
    public static DeliveryRecord? First(IEnumerable<DeliveryRecord> line, HeadOfLine headOfLine, DateTimeOffset now)
    {
        DeliveryRecord? first = null;
        foreach (var delivery in line)
        {
            if (delivery.State == DeliveryState.InFlight)
            {
                return delivery;
            }

            if (first is null && !StepsAside(delivery, headOfLine, now))
            {
                first = delivery;
            }
        }

        return first;
    }

    /// <summary>Returns whether a waiting delivery steps aside: with <see cref="HeadOfLine.Park"/>, until its retry is due.</summary>
    public static bool StepsAside(DeliveryRecord delivery, HeadOfLine headOfLine, DateTimeOffset now) =>
        headOfLine == HeadOfLine.Park && delivery.State == DeliveryState.RetryScheduled && delivery.NextAttemptTime > now;
}
