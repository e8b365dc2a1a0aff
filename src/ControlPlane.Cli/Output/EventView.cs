using System.Globalization;
using ControlPlane.V1;

namespace ControlPlane.Cli.Output;

/// <summary>How events and what became of a publish are shown.</summary>
internal static class EventView
{
    public static IReadOnlyList<Column<Event>> Columns { get; } =
    [
        new("Id", e => e.Id, Whole: true),
        new("Type", e => e.Type),
        new("Instance", e => e.Instance),
        new("Labels", e => Show.Map(e.Labels)),
        new("Accepted", e => Show.Time(e.CreateTime)),
    ];

    public static IReadOnlyList<Column<PublishEventResponse>> ResultColumns { get; } =
    [
        new("Id", r => r.Event.Id, Whole: true),
        new("Type", r => r.Event.Type),
        new("Deliveries", r => r.DeliveryCount.ToString(CultureInfo.InvariantCulture)),
        new("Duplicate", r => r.Duplicate ? new Cell("yes", Tone.Waiting) : "no"),
    ];

    public static IEnumerable<Field> Fields(Event e) =>
    [
        new("id", e.Id),
        new("tenant", e.TenantId),
        new("type", e.Type),
        .. Field.Unless(e.Instance.Length == 0, "instance", () => e.Instance),
        .. Field.Unless(e.ContentType.Length == 0, "content type", () => e.ContentType),
        .. Field.Unless(e.IdempotencyKey.Length == 0, "idempotency key", () => e.IdempotencyKey),
        .. Field.Unless(e.OrderingKey.Length == 0, "ordering key", () => e.OrderingKey),
        .. Field.Unless(e.Labels.Count == 0, "labels", () => Show.Map(e.Labels)),
        new("accepted", Show.Time(e.CreateTime)),
        .. Field.Unless(e.ExpireTime is null, "expires", () => Show.Time(e.ExpireTime)),
        .. Field.Unless(e.EraseTime is null, "erased", () => Show.Time(e.EraseTime)),
        .. Field.Unless(e.Payload.IsEmpty, "payload", () => e.Payload.ToStringUtf8()),
    ];

    public static IEnumerable<Field> Fields(PublishEventResponse result) =>
    [
        .. Fields(result.Event),
        new("deliveries", result.DeliveryCount.ToString(CultureInfo.InvariantCulture)),
        .. Field.Unless(!result.Duplicate, "duplicate", () => new Cell("yes: it was published before", Tone.Waiting)),
    ];
}
