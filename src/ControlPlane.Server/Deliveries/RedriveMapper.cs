using ControlPlane.Server.Access;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Deliveries;

/// <summary>Redrives as the API shows them. Stored enums have the API's numbers.</summary>
internal static class RedriveMapper
{
    public static Redrive ToProto(RedriveRecord record) => new()
    {
        Id = record.Id,
        TenantId = record.Filter.TenantId ?? Caller.EveryTenant,
        State = (V1.RedriveState)record.State,
        Filter = ToProto(record.Filter),
        MaxRatePerSecond = record.MaxRatePerSecond,
        MatchedCount = record.Matched,
        RetriedCount = record.Retried,
        SkippedCount = record.Skipped,
        CreateTime = record.CreateTime.ToTimestamp(),
        UpdateTime = record.UpdateTime.ToTimestamp(),
        Replay = record.Replay is { } replay ? new() { Filter = replay.Filter ?? "", OnlyMissing = replay.OnlyMissing } : null,
    };

    /// <summary>What changes of a redrive, or what a new one is given.</summary>
    public static IReadOnlyList<Storage.AuditChange> Compare(RedriveRecord? before, RedriveRecord after) =>
        FieldChanges.Between(before is null ? null : ToProto(before), ToProto(after));

    /// <summary>What the audit log says of a new redrive.</summary>
    public static Func<RedriveRecord, AuditRecord> Audit(Initiator by) => redrive =>
        by.Record(Storage.AuditAction.Created, "redrive", redrive.Id, redrive.Filter.TenantId, Compare(null, redrive));

    private static RedriveFilter ToProto(DeliveryFilter filter) => new()
    {
        WebhookId = filter.WebhookId ?? "",
        EventId = filter.EventId ?? "",
        States = { filter.States.Select(state => (V1.DeliveryState)state) },
        EventTypes = { filter.EventTypes },
        Instance = filter.Instance ?? "",
        CreatedAfter = filter.CreatedAfter?.ToTimestamp(),
        CreatedBefore = filter.CreatedBefore?.ToTimestamp(),
    };
}
