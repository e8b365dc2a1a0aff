namespace ControlPlane.Storage.Embedded;

/// <summary>
/// Appends in slices, so that others have their turns at the writer in between: the first transaction stores the events and as many deliveries as go into
/// one, and which ones are left; each of the next stores a slice of those. What was begun is always brought to its end: by the next start if not before.
/// </summary>
/// <param name="writer">Runs the transactions.</param>
/// <param name="begin">Stores the events of a request and at most so many deliveries.</param>
/// <param name="store">Stores a slice, if that is not done yet, with leases of the owner for so long. Returns a delivery for each of it; one whose webhook
/// was deleted meanwhile is not stored.</param>
/// <param name="clock">The time.</param>
internal sealed class SlicedAppends<TSession>(
    GroupCommitWriter<TSession> writer,
    Func<TSession, AppendRequest, int, BegunAppend> begin,
    Func<TSession, Slice, string, TimeSpan, IReadOnlyList<DeliveryRecord>> store,
    TimeProvider clock)
    where TSession : class, IWriteSession
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Completes when everything is stored.</summary>
    public async Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        // A batch whose events have one delivery each is stored at once: most have to wait for the events anyway.
        var first = Math.Clamp(request.Events.Count, Slice.Size, Slice.MostWithEvents);
        var rows = Math.Min(request.Rows, request.Events.Count + first);
        var begun = await writer.EnqueueAsync(request.TenantId, rows, session => begin(session, request, first), cancellationToken).ConfigureAwait(false);
        if (begun.Left.Count == 0)
        {
            return begun.Result;
        }

        // All at once: they go one after another, and with others if nobody waits. From here on the append runs to its end.
        var stored = await Task.WhenAll(begun.Left.Select(slice => StoreAsync(request.TenantId, slice, request.Owner, request.LeaseFor))).ConfigureAwait(false);
        return Complete(request, (AppendResult.Appended)begun.Result, stored);
    }

    /// <summary>Stores what another process left. Completes when it was tried; what could not be stored is tried again.</summary>
    public async Task FinishAsync(IReadOnlyList<Slice> left)
    {
        foreach (var slice in left)
        {
            try
            {
                await StoreAsync("", slice, "", default).ConfigureAwait(false);
            }
            catch (StorageUnavailableException)
            {
                // Such as a full disk.
            }
        }
    }

    private async Task<IReadOnlyList<DeliveryRecord>> StoreAsync(string share, Slice slice, string owner, TimeSpan leaseFor)
    {
        try
        {
            return await writer.EnqueueAsync(share, slice.Deliveries.Count, session => store(session, slice, owner, leaseFor), CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (StorageUnavailableException)
        {
            // The caller is told that it does not know how its call ended.
            _ = StoreLaterAsync(slice);
            throw;
        }
    }

    private async Task StoreLaterAsync(Slice slice)
    {
        while (!writer.IsClosed)
        {
            await Task.Delay(Pause, clock).ConfigureAwait(false);
            try
            {
                await writer.EnqueueAsync("", slice.Deliveries.Count, session => store(session, slice, "", default), CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (StorageUnavailableException)
            {
                // Once more.
            }
            catch (StorageDamagedException)
            {
                return;
            }
        }
    }

    private static AppendResult.Appended Complete(AppendRequest request, AppendResult.Appended begun, IReadOnlyList<IReadOnlyList<DeliveryRecord>> slices)
    {
        using var rest = slices.SelectMany(slice => slice).GetEnumerator();
        var events = new AppendedEvent[begun.Events.Count];
        for (var i = 0; i < events.Length; i++)
        {
            var appended = begun.Events[i];
            var count = appended.Duplicate ? 0 : request.Events[i].Deliveries.Count;
            if (appended.Deliveries.Count == count)
            {
                events[i] = appended;
                continue;
            }

            var deliveries = new List<DeliveryRecord>(count);
            deliveries.AddRange(appended.Deliveries);
            while (deliveries.Count < count && rest.MoveNext())
            {
                deliveries.Add(rest.Current);
            }

            events[i] = appended with { Deliveries = deliveries };
        }

        return new AppendResult.Appended(events);
    }
}
