using System.Text;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>An event with the numbers that it gets.</summary>
internal readonly record struct PlacedEvent(long Seq, long FirstDelivery, StoreEntry.PublishedEvent Added);

/// <summary>A delivery with the numbers that it gets.</summary>
internal sealed class CopiedDelivery(long seq, long source, long tenant, long webhook, DeliveryEntry entry)
{
    public long Seq => seq;
    public long Source => source;
    public long Tenant => tenant;
    public long Webhook => webhook;
    public DeliveryRecord Record => entry.Record;
    public IReadOnlyList<AttemptRecord> Attempts => entry.Attempts;
    public string? Line => entry.Record.OrderingKey is { Length: > 0 } key ? key : null;
    public bool Blocked { get; set; }
}

/// <summary>Events and what belongs to them as rows, sent in the database's own format for many rows.</summary>
internal static class CopyRows
{
    private const string Events =
        "events (seq, id, tenant_seq, type, instance, content_type, idempotency_key, ordering_key, fingerprint, labels, first_delivery, delivery_count, create_time, expire_time, erase_time, trace)";

    private const string Deliveries =
        """
        deliveries (seq, id, tenant_seq, webhook_seq, event_seq, event_id, event_type, instance, line, create_time, update_time, revision,
          round_start, due, lease_until, fence, attempt_count, round_attempts, last_status, state, end_reason, trigger, last_failure, blocked,
          lease_owner)
        """;

    private const string Attempts =
        "attempts (delivery_seq, number, trigger, failure, status, start_time, duration, message, remote_address, response_excerpt)";

    /// <summary>Gives events numbers of the days on which they were published, so that they expire with those.</summary>
    /// <param name="events">The events.</param>
    /// <param name="last">The last numbers that were given.</param>
    /// <param name="today">The last day that can be given.</param>
    public static List<PlacedEvent> Place(List<StoreEntry.PublishedEvent> events, (long Event, long Delivery) last, long today)
    {
        var placed = new List<PlacedEvent>(events.Count);
        foreach (var added in events)
        {
            var before = Days.FirstSeq(Math.Clamp(Days.Of(added.Record.CreateTime), 1, today));
            last = (Math.Max(last.Event, before) + 1, Math.Max(last.Delivery, before));
            placed.Add(new PlacedEvent(last.Event, last.Delivery + 1, added));
            // Also for those that were removed: no number is given twice.
            last.Delivery += added.Record.DeliveryCount;
        }

        return placed;
    }

    public static async Task WriteAsync(
        NpgsqlConnection connection, List<PlacedEvent> events, List<CopiedDelivery> deliveries, Dictionary<string, long> tenants, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await CopyAsync(connection, Events, events.Select(each => Row(each, tenants[each.Added.Record.TenantId])), cancellationToken).ConfigureAwait(false);
        await CopyAsync(
            connection, "payloads (event_seq, body)",
            events.Where(each => each.Added.Record.Payload is not null).Select(each => new object?[] { each.Seq, each.Added.Record.Payload }),
            cancellationToken).ConfigureAwait(false);
        await CopyAsync(
            connection, "event_names (tenant_seq, kind, name, event_seq)",
            events.SelectMany(each => Names(each, tenants[each.Added.Record.TenantId])), cancellationToken).ConfigureAwait(false);
        await CopyAsync(connection, Deliveries, deliveries.Select(each => Row(each, now)), cancellationToken).ConfigureAwait(false);
        await CopyAsync(
            connection, Attempts, deliveries.SelectMany(each => each.Attempts.Select(attempt => Row(each.Seq, attempt))), cancellationToken).ConfigureAwait(false);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, string into, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        await using var writer = await connection.BeginBinaryImportAsync($"COPY {into} FROM STDIN (FORMAT BINARY)", cancellationToken).ConfigureAwait(false);
        foreach (var row in rows)
        {
            await writer.WriteRowAsync(cancellationToken, row!).ConfigureAwait(false);
        }

        await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private static object?[] Row(in PlacedEvent placed, long tenant)
    {
        var record = placed.Added.Record;
        return
        [
            placed.Seq, record.Id, tenant, record.Type, record.Instance, record.ContentType, record.IdempotencyKey, record.OrderingKey,
            placed.Added.Fingerprint, record.Labels is { } labels ? Json.Write(labels) : null, placed.FirstDelivery, record.DeliveryCount,
            record.CreateTime.ToMicroseconds(), record.ExpireTime?.ToMicroseconds(), record.EraseTime?.ToMicroseconds(), record.Trace?.ToString(),
        ];
    }

    private static IEnumerable<object?[]> Names(PlacedEvent placed, long tenant) => EventNames
        .Of(new StagedEvent { Event = placed.Added.Record, TenantSeq = tenant, Fingerprint = placed.Added.Fingerprint })
        .Select(name => new object?[] { tenant, name.Kind, name.Name, placed.Seq });

    private static object?[] Row(CopiedDelivery copied, DateTimeOffset now)
    {
        var record = copied.Record;
        var leased = record.State == DeliveryState.InFlight;
        return
        [
            copied.Seq, record.Id, copied.Tenant, copied.Webhook, copied.Source, record.EventId, record.EventType, record.Instance, copied.Line,
            record.CreateTime.ToMicroseconds(), record.UpdateTime.ToMicroseconds(), record.Revision, record.RoundStartTime.ToMicroseconds(),
            record.NextAttemptTime?.ToMicroseconds(), leased ? now.ToMicroseconds() : null, record.Fence, record.AttemptCount,
            record.RoundAttempts, record.LastStatusCode, (short)record.State, (short)record.EndReason, (short)record.Trigger,
            (short)record.LastFailure, copied.Blocked, leased ? "" : null,
        ];
    }

    private static object?[] Row(long delivery, AttemptRecord attempt) =>
    [
        delivery, attempt.Number, (short)attempt.Trigger, (short)attempt.Failure, attempt.StatusCode, attempt.StartTime.ToMicroseconds(),
        attempt.Duration.Ticks / TimeSpan.TicksPerMicrosecond, Texts.Clean(attempt.Message), Texts.Clean(attempt.RemoteAddress),
        Encoding.UTF8.GetBytes(attempt.ResponseExcerpt),
    ];
}
