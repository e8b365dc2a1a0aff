using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>What reads the events of a replay, and creates their deliveries.</summary>
internal static class ReplaySteps
{
    private const int LookAtMost = 10_000;

    /// <summary>What one that matches costs compared to one that does not.</summary>
    private const int CostOfMatch = 5;

    private const string Select = "SELECT seq, first_delivery, delivery_count, type_seq, instance_seq, create_time FROM events ";

    internal static readonly Sql OfTenant = new(Select + "WHERE seq >= ? AND seq < ? AND tenant_seq = ? ORDER BY seq");
    internal static readonly Sql One = new(Select + "WHERE seq = ? AND tenant_seq = ?");
    internal static readonly Sql Latest = new("SELECT 1 FROM deliveries WHERE seq >= ? AND seq < ? AND webhook_seq = ? LIMIT 1");
    internal static readonly Sql Listed = new("SELECT 1 FROM webhook_deliveries WHERE delivery >= ? AND delivery < ? AND webhook = ? LIMIT 1");

    public static EventStretch Read(Connection connection, EventWalk walk)
    {
        if (ResolvedDeliveryFilter.Resolve(connection, walk.Filter, before: null) is not { } filter)
        {
            return new EventStretch([], walk.End);
        }

        var (from, to) = TimeSearch.Events(connection, walk.Filter.CreatedAfter, walk.Filter.CreatedBefore);
        var after = walk.Filter.CreatedAfter?.ToMicroseconds() ?? long.MinValue;
        var before = walk.Filter.CreatedBefore?.ToMicroseconds() ?? long.MaxValue;
        var split = WebhookDeliveries.FirstLatest(connection);
        var (found, looked, bytes) = (new List<FoundEvent>(), 0, 0L);
        using var rows = connection.Use(OfTenant).Bind(Math.Max(walk.From, from)).Bind(Math.Min(walk.End, to)).Bind(filter.Tenant);
        while (rows.Step())
        {
            looked++;
            if (filter.MatchesEvent(rows.Long(3), rows.Long(4)) && rows.Long(5) >= after && rows.Long(5) < before)
            {
                looked += CostOfMatch;
                if (CanTake(connection, rows, filter.Webhook, walk.OnlyMissing, split))
                {
                    var source = walk.WithPayloads ? EventRows.GetWhole(connection, rows.Long(0)) : EventRows.Get(connection, rows.Long(0));
                    bytes += source.Payload?.Length ?? 0;
                    found.Add(new(rows.Long(0), source));
                }
            }

            if (found.Count == walk.Limit || bytes >= EventWalk.MostBytes || looked >= LookAtMost)
            {
                return new EventStretch(found, rows.Long(0) + 1);
            }
        }

        return new EventStretch(found, walk.End);
    }

    public static RedriveBatch? Step(WriteSession session, ReplayStep step)
    {
        if (RedriveRows.Find(session.Connection, step.RedriveId) is not { Redrive.Replay: { } terms } stored)
        {
            return null;
        }

        if (!RedriveTransitions.CanReplay(stored.Redrive, stored.Position, step))
        {
            return new RedriveBatch(stored.Redrive, []);
        }

        var now = session.Now;
        var created = Create(session, stored.Redrive.Filter, terms, step.Events, now);
        var redrive = RedriveTransitions.Advance(
            stored.Redrive, step.Events.Count, created.Count, finished: step.Next >= stored.Scope.End, now);
        RedriveRows.Save(session, stored.Seq, redrive, step.Next);
        return new RedriveBatch(redrive, created);
    }

    private static List<DeliveryRecord> Create(
        WriteSession session, DeliveryFilter filter, ReplayTerms terms, IReadOnlyList<ReplayedEvent> events, DateTimeOffset now)
    {
        var created = new List<DeliveryRecord>(events.Count);
        if (session.Refs.FindTenant(filter.TenantId!) is not { } tenant
            || session.Refs.FindReceiver(tenant.Seq, filter.WebhookId!) is not { } webhook)
        {
            return created;
        }

        var split = WebhookDeliveries.FirstLatest(session.Connection);
        var batch = new AppendBatch(session, new AppendRequest(filter.TenantId!, 0, [], "", default), tenant.Seq);
        foreach (var (seq, id) in events)
        {
            using var row = session.Use(One).Bind(seq).Bind(tenant.Seq);
            if (row.Step() && CanTake(session.Connection, row, webhook.Seq, terms.OnlyMissing, split))
            {
                var source = EventRows.Get(session.Connection, seq) with { CreateTime = now };
                var later = new EventRow(new NewEvent(source, [], null), seq, tenant.Seq, row.Long(3), row.Long(4), row.Long(1));
                created.Add(batch.AddLater(later, new NewDelivery(id, filter.WebhookId!, DeliveryTrigger.Redrive, Leased: false), webhook.Seq));
            }
        }

        batch.Store();
        return created;
    }

    private static bool CanTake(Connection connection, Statement row, long webhook, bool onlyMissing, long split) =>
        RetryAndCancel.HasPayload(connection, row.Long(0)) && !(onlyMissing && HasDelivery(connection, row, webhook, split));

    private static bool HasDelivery(Connection connection, Statement row, long webhook, long split)
    {
        var (from, to) = (row.Long(1), row.Long(1) + row.Long(2));
        return (from < split && Any(connection.Use(Listed).Bind(from).Bind(Math.Min(to, split)).Bind(webhook)))
            || (to > split && Any(connection.Use(Latest).Bind(Math.Max(from, split)).Bind(to).Bind(webhook)))
            || LaterDeliveries.HasOne(connection, row.Long(0), webhook);
    }

    private static bool Any(Statement row)
    {
        using (row)
        {
            return row.Step();
        }
    }
}
