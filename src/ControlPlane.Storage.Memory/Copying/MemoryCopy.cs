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
                [.. state.Deliveries.Values.Where(d => d.Event == e.Position && !IsLater(state, d)).Select(d => new DeliveryEntry(d.Delivery, d.Attempts))]))),
        EntryKind.LaterDelivery => state.Deliveries.Values.Where(d => IsLater(state, d)).Select(
            d => (d.Position, (StoreEntry)new StoreEntry.LaterDelivery(new DeliveryEntry(d.Delivery, d.Attempts)))),
        EntryKind.AuditEvent => state.Audit.Select(a => (a.Key, (StoreEntry)new StoreEntry.AuditEvent(a.Value))),
        _ => state.Redrives.Values.Select(r => (
            r.Position,
            (StoreEntry)new StoreEntry.Redrive(
                r.Redrive, r.Scope.Revision, LastBefore(state, r.Redrive, r.Next), LastBefore(state, r.Redrive, r.Scope.End)))),
    };

    /// <summary>Whether a delivery is none of those that were appended with its event.</summary>
    private static bool IsLater(StoreState state, StoredDelivery stored) =>
        stored.Position > stored.Event + state.Events[stored.Event].Event.DeliveryCount;

    private static string? LastBefore(StoreState state, RedriveRecord redrive, long position) => redrive.Replay is null
        ? state.Deliveries.Values.LastOrDefault(stored => stored.Position < position)?.Delivery.Id
        : state.Events.Values.LastOrDefault(e => e.Position < position && e.Event.TenantId == redrive.Filter.TenantId)?.Event.Id;

    private static long After(StoreState state, RedriveRecord redrive, string? id) => id is null ? 0
        : redrive.Replay is null ? state.DeliveryIds[id] + 1
        : FindEvent(state, redrive.Filter.TenantId!, id) + 1;

    private static long FindEvent(StoreState state, string tenantId, string id) =>
        state.Events.Values.First(e => e.Event.Id == id && e.Event.TenantId == tenantId).Position;

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
                    Restore(state, ++state.Position, position, delivery);
                }

                // Also for those that were removed.
                state.Position = Math.Max(state.Position, position + added.Record.DeliveryCount);
                break;
            case StoreEntry.LaterDelivery { Delivery: var later }:
                Restore(state, position, FindEvent(state, later.Record.TenantId, later.Record.EventId), later);
                break;
            case StoreEntry.AuditEvent { Record: var audit }:
                state.Audit = state.Audit.Add(audit.Time.ToMicroseconds(), audit);
                break;
            case StoreEntry.Redrive redrive:
                var scope = new RedriveScope(redrive.Record.Matched, redrive.ScopeRevision, After(state, redrive.Record, redrive.ScopeTo));
                state.Redrives = state.Redrives.Add(position, new StoredRedrive(position, redrive.Record, scope, After(state, redrive.Record, redrive.DoneTo)));
                break;
        }
    }

    private void Restore(StoreState state, long position, long source, DeliveryEntry delivery) => state.Restore(
        new StoredDelivery(position, source, delivery.Record)
        {
            Attempts = [.. delivery.Attempts],
            LeaseUntil = delivery.Record.State == DeliveryState.InFlight ? session.Now : null,
        });
}
