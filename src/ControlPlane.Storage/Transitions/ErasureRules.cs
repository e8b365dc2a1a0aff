namespace ControlPlane.Storage.Transitions;

/// <summary>What becomes of an event that is erased, and of its deliveries. An event that expired is erased too.</summary>
public static class ErasureRules
{
    /// <summary>Returns an event after it was erased.</summary>
    public static EventRecord Erase(EventRecord stored, DateTimeOffset now) => stored with { Payload = null, Labels = null, EraseTime = now };

    /// <summary>Returns an attempt without what the receiver answered, which can repeat what it was sent.</summary>
    public static AttemptRecord Erase(AttemptRecord attempt) => attempt with { ResponseExcerpt = "" };

    /// <summary>Returns why deliveries of an event end that are not sent yet: None if they do not.</summary>
    public static EndReason ReasonOf(EventRecord stored) => ReasonOf(stored.ExpireTime, stored.EraseTime);

    /// <summary>Returns why deliveries of an event end that are not sent yet: None if they do not.</summary>
    public static EndReason ReasonOf(DateTimeOffset? expireTime, DateTimeOffset? eraseTime) =>
        eraseTime is not { } erased ? EndReason.None
        : expireTime <= erased ? EndReason.Expired
        : EndReason.Erased;

    /// <summary>Returns a delivery that was not sent after it ended for a reason. A lease on it becomes stale.</summary>
    public static DeliveryRecord End(DeliveryRecord delivery, EndReason reason, DateTimeOffset now) =>
        DeliveryTransitions.Cancel(delivery, reason, now) with { State = StateOf(reason) };

    /// <summary>Returns the state in which a delivery of an erased event ends that was not sent.</summary>
    public static DeliveryState StateOf(EndReason reason) => reason == EndReason.Expired ? DeliveryState.Dead : DeliveryState.Cancelled;
}
