namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>Every query that grows with the store goes through the index made for it, in its order, without sorting.</summary>
public sealed class QueryPlanTests : SqliteTests
{
    private static readonly Dictionary<string, (Sql Sql, string Access)> Queries = new()
    {
        ["claim"] = (Claims.FindDue, "deliveries_waiting (webhook_seq=? AND next_due<?)"),
        ["tenant's valid keys"] = (KeyRows.ValidOfTenant, "api_keys_valid (tenant_seq=? AND <expr>>?)"),
        ["next due"] = (Claims.FindNextDue, "deliveries_waiting (webhook_seq=?"),
        ["backlog waiting"] = (StoredBacklog.CountWaiting, "COVERING INDEX deliveries_waiting"),
        ["backlog in lines"] = (StoredBacklog.CountInLine, "USING INDEX deliveries_line_held"),
        ["backlog leased"] = (StoredBacklog.ListLeased, "deliveries_leased"),
        ["attempts of a minute"] = (StatsRows.FindMinute, "stats_minutes USING PRIMARY KEY (minute=? AND owner=?)"),
        ["attempts of an hour"] = (StatsRows.FindHour, "stats_hours USING PRIMARY KEY (hour=? AND owner=?)"),
        ["old minutes"] = (StatsSweep.OldMinutes, "stats_minutes USING PRIMARY KEY (minute<?)"),
        ["old hours"] = (StatsSweep.OldHours, "stats_hours USING"),
        ["oldest of webhook"] = (StatsReads.OldestWaiting, "deliveries_waiting (webhook_seq=?"),
        ["oldest of tenant"] = (StatsReads.OldestWaitingOfTenant, "deliveries_waiting (webhook_seq>?"),
        ["waiting webhooks"] = (Claims.FindWaiting, "deliveries_waiting (webhook_seq>?"),
        ["orphaned webhooks"] = (RetryAndCancel.FindOrphaned, "deliveries_waiting (webhook_seq>?"),
        ["orphans"] = (RetryAndCancel.FindWaiting, "deliveries_waiting (webhook_seq=?"),
        ["leased of line"] = (OrderingLines.FindLeased, "deliveries_line (webhook_seq=? AND line=? AND state=?)"),
        ["unfinished of line"] = (OrderingLines.FindUnfinished, "deliveries_line (webhook_seq=? AND line=?)"),
        ["ready of line"] = (OrderingLines.FindReady, "deliveries_line (webhook_seq=? AND line=? AND state=? AND next_due<?)"),
        ["held of line"] = (OrderingLines.FindBlocked, "deliveries_line_held (webhook_seq=? AND line=?)"),
        ["held of lines"] = (OrderingLines.ReleaseFirst, "deliveries_line_held (webhook_seq=?)"),
        ["orphaned lines"] = (RetryAndCancel.FindOrphanedLines, "deliveries_line_held (webhook_seq>?"),
        ["orphans in lines"] = (RetryAndCancel.FindBlocked, "deliveries_line_held (webhook_seq=?"),
        ["live in lines"] = (LiveDeliveries.Blocked, "deliveries_line_held"),
        ["webhook's live in lines"] = (LiveDeliveries.BlockedOfWebhook, "deliveries_line_held (webhook_seq=?"),
        ["dead leases"] = (Leases.FindDead, "deliveries_leased"),
        ["all deliveries"] = (DeliveryList.All, "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["webhook's deliveries"] = (DeliveryList.ListedOfWebhook, "webhook_deliveries USING PRIMARY KEY (webhook=? AND delivery>? AND delivery<?)"),
        ["webhook's latest deliveries"] = (DeliveryList.LatestOfWebhook, "deliveries USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["dead"] = (DeliveryList.AllDead, "dead_letters USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["webhook's dead"] = (DeliveryList.DeadOfWebhook, "dead_letters_webhook (webhook=? AND rowid>? AND rowid<?)"),
        ["tenant's dead"] = (DeliveryList.DeadOfTenant, "dead_letters_tenant (tenant=? AND rowid>? AND rowid<?)"),
        ["live"] = (LiveDeliveries.Waiting, "deliveries_waiting"),
        ["webhook's live"] = (LiveDeliveries.WaitingOfWebhook, "deliveries_waiting (webhook_seq=?"),
        ["leased"] = (LiveDeliveries.Leased, "deliveries_leased"),
        ["events"] = (EventList.All, "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["tenant's events"] = (EventList.OfTenant, "events_tenant (tenant_seq=? AND rowid>? AND rowid<?)"),
        ["fan-outs"] = (FanOuts.Events, "INTEGER PRIMARY KEY (rowid<?)"),
        ["tenant's fan-outs"] = (FanOuts.EventsOfTenant, "events_tenant (tenant_seq=? AND rowid<?)"),
        ["event by id"] = (DuplicateLookup.ById, "events_id (id=? AND tenant_seq=?)"),
        ["event by key"] = (DuplicateLookup.ByKey, "events_idempotency_key (tenant_seq=? AND idempotency_key=?)"),
        ["changes"] = (SqliteChangeFeed.After, "deliveries_revision (revision>?)"),
        ["changes under way"] = (SqliteChangeFeed.LeasedAfter, "deliveries_leased (revision>?)"),
        ["change under way by time"] = (TimeSearch.Leased, "deliveries_leased"),
        ["change by time"] = (TimeSearch.Change, "deliveries_revision (revision>?)"),
        ["attempts"] = (AttemptRows.Select, "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["redriven deliveries"] = (RedriveWalk.All, "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["redriven of webhook"] = (RedriveWalk.ListedOfWebhook, "webhook_deliveries USING PRIMARY KEY (webhook=? AND delivery>? AND delivery<?)"),
        ["redriven latest of webhook"] = (RedriveWalk.LatestOfWebhook, "deliveries USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["redriven dead"] = (RedriveWalk.AllDead, "dead_letters USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["redriven dead of webhook"] = (RedriveWalk.DeadOfWebhook, "dead_letters_webhook (webhook=? AND rowid>? AND rowid<?)"),
        ["redriven dead of tenant"] = (RedriveWalk.DeadOfTenant, "dead_letters_tenant (tenant=? AND rowid>? AND rowid<?)"),
        ["replayed events"] = (ReplaySteps.OfTenant, "events_tenant (tenant_seq=? AND rowid>? AND rowid<?)"),
        ["replayed event"] = (ReplaySteps.One, "INTEGER PRIMARY KEY (rowid=?)"),
        ["listed delivery to a webhook"] = (ReplaySteps.Listed, "webhook_deliveries USING PRIMARY KEY (webhook=? AND delivery>? AND delivery<?)"),
        ["latest delivery to a webhook"] = (ReplaySteps.Latest, "deliveries USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["later deliveries"] = (LaterDeliveries.All, "later_deliveries USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["tenant's later deliveries"] = (LaterDeliveries.OfTenant, "later_deliveries_tenant (tenant=? AND rowid>? AND rowid<?)"),
        ["later deliveries of an event"] = (LaterDeliveries.OfEvent, "later_deliveries_event (event=?)"),
        ["any later delivery of events"] = (LaterDeliveries.AnyOfEvents, "later_deliveries_event (event>? AND event<?)"),
        ["later delivery to a webhook"] = (LaterDeliveries.ToWebhook, "later_deliveries_event (event=? AND webhook=?)"),
        ["what needs a payload later"] = (LaterDeliveries.NotSettled, "later_deliveries_event (event=?)"),
        ["what sends a payload later"] = (LaterDeliveries.Unfinished, "later_deliveries_event (event>? AND event<?)"),
        ["running redrives"] = (RedriveRows.Running, "redrives_running (state=?)"),
        ["tenant's redrives"] = (RedriveRows.OfTenant, "redrives_tenant (tenant_seq=? AND rowid<?)"),
        ["webhook by external id"] = (WebhookRows.ByExternalId, "webhooks_external_id (tenant_seq=? AND external_id=?)"),
        ["webhook by request id"] = (WebhookRows.ByRequestId, "webhooks_request_id (tenant_seq=? AND request_id=?)"),
        ["tenant's event types"] = (EventTypeRows.OfTenant, "event_types_tenant (tenant_seq=? AND rowid<?)"),
        ["expired payloads"] = (PayloadSweep.After, "p USING INTEGER PRIMARY KEY (rowid>?)"),
        ["what needs a payload"] = (PayloadSweep.NotSettled, "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["what sends a payload"] = (PayloadSweep.Unfinished, "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["expired deliveries"] = (DeliverySweep.After, "deliveries_revision (revision>?)"),
        ["changed since they were found"] = (DeliverySweep.ChangedSince, "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["kept dead letters"] = (DeadLetters.Boundary, "dead_letters_webhook (webhook=?)"),
        ["expired events"] = (EventSweep.After, "INTEGER PRIMARY KEY (rowid>?)"),
        ["deliveries of an event"] = (EventSweep.AnyDelivery, "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["attempts of a delivery"] = (AttemptRows.DeleteOfDeliveries, "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ["deleted webhooks"] = (LeftoverSweep.DeletedWebhooks, "webhooks_deleted (delete_time<?)"),
        ["deliveries of a deleted webhook"] = (LeftoverSweep.DeletedWebhooks, "USING PRIMARY KEY (webhook=?)"),
        ["latest deliveries of a deleted webhook"] = (LeftoverSweep.DeletedWebhooks, "d USING INTEGER PRIMARY KEY (rowid>?)"),
        ["ended redrives"] = (LeftoverSweep.EndedRedrives, "redrives_ended (update_time<?)"),
        ["events to erase"] = (ErasureWalks.OfTenant, "events_tenant (tenant_seq=? AND rowid>? AND rowid<?)"),
        ["event to erase"] = (ErasureWalks.ById, "events_id (id=? AND tenant_seq=?"),
        ["events whose time has come"] = (ExpirySweep.Expired, "events_expiring (expire_time"),
        ["portal sessions"] = (SessionSweep.After, "api_keys_id (id>? AND id<?)"),
        ["names"] = (InternedTextSweep.After, "INTEGER PRIMARY KEY (rowid>?)"),
        ["owner's leases"] = (InternedTextSweep.IsLeasing, "deliveries_leased"),
        ["tenant's webhooks"] = (WebhookRows.OfTenant, "webhooks_tenant (tenant_seq=? AND rowid<?)"),
    };

    public static TheoryData<string> Names => [.. Queries.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Plan_Query_UsesItsIndexInOrder(string name)
    {
        var (sql, access) = Queries[name];

        var plan = await Open().ReadAsync(connection => Explain(connection, sql), Cancel);

        Assert.Contains(access, plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        Assert.DoesNotMatch("SCAN (deliveries|dead_letters|events|attempts|payloads|webhook_deliveries|[delp])(\n|$)", plan);
    }

    private static string Explain(Connection connection, Sql sql)
    {
        var lines = new List<string>();
        using var rows = connection.Use(new Sql("EXPLAIN QUERY PLAN " + sql.Text));
        while (rows.Step())
        {
            lines.Add(rows.Text(3));
        }

        return string.Join('\n', lines);
    }
}
