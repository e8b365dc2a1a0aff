namespace ControlPlane.Storage.Sqlite;

/// <summary>Storing events about a change in the transaction that makes it.</summary>
internal static class OperationalEvents
{
    /// <summary>Stores them under the tenant's configuration version as it is after the change.</summary>
    public static IReadOnlyList<AppendedEvent> Append(
        WriteSession session, string tenantId, long configVersion, IReadOnlyList<NewEvent> events)
    {
        if (events.Count == 0)
        {
            return [];
        }

        // No delivery is born leased, so there is nobody to lease it to.
        var request = new AppendRequest(tenantId, configVersion, events, Owner: "", LeaseFor: default);
        return Appends.Append(session, request) is AppendResult.Appended appended
            ? appended.Events
            : throw new InvalidOperationException("Operational events could not be stored with the change they are about.");
    }
}
