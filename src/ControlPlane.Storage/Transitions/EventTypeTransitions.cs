namespace ControlPlane.Storage.Transitions;

/// <summary>Writes of event types, decided from what the engine looked up.</summary>
public static class EventTypeTransitions
{
    /// <summary>Returns why a new type is refused, or Done.</summary>
    /// <param name="exists">Whether the tenant has a type of that name.</param>
    /// <param name="count">How many types the tenant has.</param>
    /// <param name="maximum">How many it may have.</param>
    public static EventTypeWriteOutcome CheckCreate(bool exists, long count, int maximum) =>
        exists ? EventTypeWriteOutcome.Exists
        : count >= maximum ? EventTypeWriteOutcome.LimitReached
        : EventTypeWriteOutcome.Done;

    /// <summary>Returns why an update is refused, or Done.</summary>
    public static EventTypeWriteOutcome CheckUpdate(EventTypeRecord? stored, EventTypeRecord type) =>
        stored is null ? EventTypeWriteOutcome.NotFound
        : stored.Version != type.Version - 1 ? EventTypeWriteOutcome.VersionMismatch
        : EventTypeWriteOutcome.Done;

    /// <summary>Returns whether publishes have to notice an update.</summary>
    public static bool ChangesPublishes(EventTypeRecord stored, EventTypeRecord updated) => stored.SchemaVersion != updated.SchemaVersion;

    /// <summary>Returns why a deletion is refused, or Done. A null version deletes any.</summary>
    public static EventTypeWriteOutcome CheckDelete(EventTypeRecord? stored, long? version) =>
        stored is null ? EventTypeWriteOutcome.NotFound
        : version is not null && version != stored.Version ? EventTypeWriteOutcome.VersionMismatch
        : EventTypeWriteOutcome.Done;
}
