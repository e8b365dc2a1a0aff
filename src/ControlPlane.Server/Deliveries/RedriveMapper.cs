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
        TenantId = record.Selection.TenantId ?? Caller.EveryTenant,
        State = (V1.RedriveState)record.State,
        Filter = ToProto(record.Selection),
        MaxRatePerSecond = record.MaxRatePerSecond,
        MatchedCount = record.Matched,
        RetriedCount = record.Retried,
        SkippedCount = record.Skipped,
        CreateTime = record.CreateTime.ToTimestamp(),
        UpdateTime = record.UpdateTime.ToTimestamp(),
    };

    private static RedriveFilter ToProto(DeliverySelection selection) => new()
    {
        WebhookId = selection.WebhookId ?? "",
        EventId = selection.EventId ?? "",
        States = { selection.States.Select(state => (V1.DeliveryState)state) },
        EventTypes = { selection.EventTypes },
        Instance = selection.Instance ?? "",
        CreatedAfter = selection.CreatedAfter?.ToTimestamp(),
        CreatedBefore = selection.CreatedBefore?.ToTimestamp(),
    };
}
