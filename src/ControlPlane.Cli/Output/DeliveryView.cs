using System.Globalization;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Output;

/// <summary>How deliveries and their attempts are shown.</summary>
internal static class DeliveryView
{
    public static IReadOnlyList<Column<Delivery>> Columns { get; } =
    [
        new("Id", d => d.Id, Whole: true),
        new("Event", d => d.EventId),
        new("Type", d => d.EventType),
        new("Webhook", d => d.WebhookId, Whole: true),
        new("State", State),
        new("Attempts", d => d.AttemptCount.ToString(CultureInfo.InvariantCulture)),
        new("Last", Last),
        new("Updated", d => Show.Time(d.UpdateTime)),
    ];

    private static readonly IReadOnlyList<Column<Attempt>> AttemptColumns =
    [
        new("#", a => a.Number.ToString(CultureInfo.InvariantCulture)),
        new("Started", a => Show.Time(a.StartTime)),
        new("Took", a => Show.Duration(a.Duration)),
        new("Cause", a => EnumText.Format(a.Trigger)),
        new("Outcome", Outcome),
        new("Address", a => a.RemoteAddress),
        new("Answer", a => a.ResponseExcerpt),
    ];

    public static IEnumerable<Field> Fields(Delivery delivery) =>
    [
        new("id", delivery.Id),
        new("event", $"{delivery.EventId}  {delivery.EventType}"),
        new("webhook", delivery.WebhookId),
        new("tenant", delivery.TenantId),
        .. Field.Unless(delivery.Instance.Length == 0, "instance", () => delivery.Instance),
        .. Field.Unless(delivery.OrderingKey.Length == 0, "ordering key", () => delivery.OrderingKey),
        new("state", State(delivery)),
        .. Field.Unless(delivery.EndReason is EndReason.Unspecified, "ended", () => EnumText.Format(delivery.EndReason)),
        new("attempts", delivery.AttemptCount.ToString(CultureInfo.InvariantCulture)),
        .. Field.Unless(Last(delivery).Text.Length == 0, "last attempt", () => Last(delivery)),
        .. Field.Unless(delivery.NextAttemptTime is null, "next attempt", () => Show.Time(delivery.NextAttemptTime)),
        new("created", Show.Time(delivery.CreateTime)),
        new("updated", Show.Time(delivery.UpdateTime)),
    ];

    /// <summary>A delivery with all that is known of its attempts.</summary>
    public static void PrintWithAttempts(Printer printer, Delivery delivery)
    {
        printer.Item(delivery, Fields(delivery));
        if (!printer.Json && delivery.Attempts.Count > 0)
        {
            printer.Line();
            printer.Rows([.. delivery.Attempts], AttemptColumns);
        }
    }

    /// <summary>One change on one line.</summary>
    public static Cell[] Line(Delivery delivery) =>
    [
        new(delivery.UpdateTime?.ToDateTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) ?? "", Tone.Dim),
        State(delivery) with { Text = State(delivery).Text.PadRight(15) },
        delivery.EventType.PadRight(20),
        new($"{delivery.EventId} -> {delivery.WebhookId}", Tone.Dim),
        delivery.AttemptCount == 0 ? "" : $"attempt {delivery.AttemptCount}",
        Last(delivery),
        delivery.NextAttemptTime is not null && delivery.AttemptCount > 0 ? $"next {Show.Time(delivery.NextAttemptTime)}" : "",
    ];

    public static Cell State(Delivery delivery) => new(
        EnumText.Format(delivery.State),
        delivery.State switch
        {
            DeliveryState.Succeeded => Tone.Good,
            DeliveryState.Dead => Tone.Bad,
            DeliveryState.RetryScheduled => Tone.Waiting,
            DeliveryState.Cancelled => Tone.Dim,
            _ => Tone.Plain,
        });

    /// <summary>What went wrong in one attempt, or its status.</summary>
    public static Cell Outcome(Attempt attempt) => attempt.Failure is FailureKind.Unspecified
        ? new Cell(Status(attempt.StatusCode), Tone.Good)
        : new Cell(
            string.Join(' ', new[] { EnumText.Format(attempt.Failure), Status(attempt.StatusCode), attempt.FailureMessage }.Where(t => t.Length > 0)),
            Tone.Bad);

    /// <summary>How the last attempt ended.</summary>
    public static Cell Last(Delivery delivery) => delivery.LastFailure is FailureKind.Unspecified
        ? new Cell(Status(delivery.LastStatusCode), Tone.Good)
        : new Cell($"{EnumText.Format(delivery.LastFailure)} {Status(delivery.LastStatusCode)}".TrimEnd(), Tone.Bad);

    private static string Status(int code) => code == 0 ? "" : code.ToString(CultureInfo.InvariantCulture);
}
