using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Storing events with their deliveries. Everything is looked at before anything is written.</summary>
internal static class Appends
{
    /// <summary>Stores the events with all their deliveries.</summary>
    public static AppendResult Append(WriteSession session, AppendRequest request) => Begin(session, request, int.MaxValue).Result;

    /// <summary>Stores the events and at most so many deliveries; returns what is left of those.</summary>
    public static BegunAppend Begin(WriteSession session, AppendRequest request, int most)
    {
        if (session.Refs.FindTenant(request.TenantId) is not { } tenant)
        {
            return new AppendResult.TenantNotFound();
        }

        if (tenant.ConfigVersion != request.ConfigVersion)
        {
            return new AppendResult.StaleConfig();
        }

        var duplicates = new DuplicateLookup(session, tenant.Seq, request.Events.Count);
        for (var i = 0; i < request.Events.Count; i++)
        {
            if (!duplicates.Look(request.Events[i], i))
            {
                return new AppendResult.Conflict(i);
            }
        }

        var batch = new AppendBatch(session, request, tenant.Seq, most);
        var appended = new AppendedEvent[request.Events.Count];
        for (var i = 0; i < appended.Length; i++)
        {
            appended[i] = duplicates[i] switch
            {
                { Stored: { } stored } => new AppendedEvent(EventRows.Get(session.Connection, stored), true, []),
                { Index: var first } when first < i => new AppendedEvent(appended[first].Event, true, []),
                _ => batch.Add(request.Events[i]),
            };
        }

        batch.Store();
        var slices = Slice.Cut(batch.Left);
        SliceRows.Insert(session, slices);
        return new BegunAppend(new AppendResult.Appended(appended), slices);
    }
}
