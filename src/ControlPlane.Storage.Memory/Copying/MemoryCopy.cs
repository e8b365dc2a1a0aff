namespace ControlPlane.Storage.Memory;

/// <summary>The store as a source and as a target of copies.</summary>
internal sealed class MemoryCopy(MemorySession session, string storeId, Action<string> identify) : ICopyTarget
{
    private string _storeId = storeId;

    public Task<StoreSummary> DescribeAsync(CancellationToken cancellationToken) => session.ReadAsync(
        state =>
        {
            var (latest, disorder) = (DateTimeOffset.MinValue, TimeSpan.Zero);
            foreach (var time in state.Deliveries.Values.OrderBy(stored => stored.Delivery.Revision).Select(stored => stored.Delivery.UpdateTime))
            {
                disorder = latest - time > disorder ? latest - time : disorder;
                latest = time > latest ? time : latest;
            }

            return new StoreSummary(_storeId, state.Revision, state.Floor, disorder);
        },
        cancellationToken);

    public Task<Page<StoreEntry>> ReadAsync(EntryKind kind, long after, CancellationToken cancellationToken) =>
        session.ReadAsync(state => CopyPage.Of(Entries(state, kind).Where(row => row.Position > after)), cancellationToken);

    public Task<string?> GetMarkAsync(CancellationToken cancellationToken) => session.ReadAsync(state => state.Mark, cancellationToken);

    public Task BeginAsync(StoreSummary source, string mark, CancellationToken cancellationToken)
    {
        identify(_storeId = source.StoreId);
        return session.WriteAsync(
            state =>
            {
                state.Tenants = state.Tenants.Clear();
                (state.Revision, state.Floor, state.Mark) = (source.Revision, source.RevisionFloor, mark);
                return true;
            },
            cancellationToken);
    }

    public Task WriteAsync(IReadOnlyList<StoreEntry> entries, string mark, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            foreach (var entry in entries)
            {
                Add(state, entry, ++state.Position);
            }

            state.Mark = mark;
            return true;
        },
        cancellationToken);

    public Task FinishAsync(CancellationToken cancellationToken) => session.WriteAsync(state => (state.Mark = null) is null, cancellationToken);

    public ValueTask DisposeAsync() => session.CloseAsync();

    private static IEnumerable<(long Position, StoreEntry Entry)> Entries(StoreState state, EntryKind kind) => kind switch
    {
        EntryKind.Tenant => state.Tenants.Values.Select(
            t => (t.Position, (StoreEntry)new StoreEntry.Tenant(t.Tenant, t.ConfigVersion, t.WebhookNumber, t.DeleteTime))),
        EntryKind.ApiKey => state.Keys.Values.Select(k => (k.Position, (StoreEntry)new StoreEntry.ApiKey(k.Key))),
        EntryKind.Webhook => state.Webhooks.Values.Select(w => (w.Position, (StoreEntry)new StoreEntry.Webhook(w.Webhook, w.DeleteTime))),
        EntryKind.EventType => state.EventTypes.Values.Select(t => (t.Position, (StoreEntry)new StoreEntry.EventType(t.EventType))),
        EntryKind.Event => state.Events.Values.Select(
            e => (e.Position, (StoreEntry)new StoreEntry.PublishedEvent(
                e.Event,
                e.Fingerprint,
                [.. state.Deliveries.Values.Where(d => d.Event == e.Position).Select(d => new DeliveryEntry(d.Delivery, d.Attempts))]))),
        _ => state.Redrives.Values.Select(
            r => (r.Position, (StoreEntry)new StoreEntry.Redrive(r.Redrive, r.Scope.Revision, LastBefore(state, r.Next), LastBefore(state, r.Scope.End)))),
    };

    private static string? LastBefore(StoreState state, long position) =>
        state.Deliveries.Values.LastOrDefault(stored => stored.Position < position)?.Delivery.Id;

    private static long After(StoreState state, string? deliveryId) => deliveryId is null ? 0 : state.DeliveryIds[deliveryId] + 1;

    private void Add(StoreState state, StoreEntry entry, long position)
    {
        switch (entry)
        {
            case StoreEntry.Tenant tenant:
                state.Tenants = state.Tenants.Add(
                    position, new StoredTenant(position, tenant.Record, tenant.ConfigVersion, tenant.DeleteTime) { WebhookNumber = tenant.WebhookNumber });
                break;
            case StoreEntry.ApiKey key:
                state.Keys = state.Keys.Add(position, new StoredKey(position, key.Record));
                break;
            case StoreEntry.Webhook webhook:
                state.Webhooks = state.Webhooks.Add(position, new StoredWebhook(position, webhook.Record, webhook.DeleteTime));
                break;
            case StoreEntry.EventType type:
                state.EventTypes = state.EventTypes.Add(position, new StoredEventType(position, type.Record));
                break;
            case StoreEntry.PublishedEvent added:
                state.Events = state.Events.Add(position, new StoredEvent(position, added.Record, added.Fingerprint));
                foreach (var delivery in added.Deliveries)
                {
                    state.Restore(
                        new StoredDelivery(++state.Position, position, delivery.Record)
                        {
                            Attempts = [.. delivery.Attempts],
                            LeaseUntil = delivery.Record.State == DeliveryState.InFlight ? session.Now : null,
                        });
                }

                break;
            case StoreEntry.Redrive redrive:
                var scope = new RedriveScope(redrive.Record.Matched, redrive.ScopeRevision, After(state, redrive.ScopeTo));
                state.Redrives = state.Redrives.Add(position, new StoredRedrive(position, redrive.Record, scope, After(state, redrive.DoneTo)));
                break;
        }
    }
}
