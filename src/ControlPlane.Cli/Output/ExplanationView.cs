using System.Globalization;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Output;

/// <summary>How an explanation of a delivery is shown.</summary>
internal static class ExplanationView
{
    private static readonly IReadOnlyList<Column<PlannedAttempt>> PlanColumns =
    [
        new("Next", a => a.Number.ToString(CultureInfo.InvariantCulture)),
        new("At the earliest", a => Show.Time(a.Time)),
    ];

    public static void Print(Printer printer, ExplainDeliveryResponse answer)
    {
        printer.Item(answer,
        [
            new("summary", answer.Summary),
            .. answer.Delivery is { } delivery ? Of(delivery) : [new("delivery", "none")],
            .. answer.Checks.Select(check => new Field(
                EnumText.Format(check.Condition), new Cell(check.Detail, check.Met ? Tone.Good : Tone.Bad))),
            .. Field.Unless(!answer.WebhookChanged, "but", () => new Cell(Changed(answer), Tone.Waiting)),
            .. answer.Waits.Select(wait => new Field("waits", new Cell($"{EnumText.Format(wait.Reason)}: {wait.Detail}", Tone.Waiting))),
            .. Field.Unless(answer.DueTime is null, "due", () => Show.Time(answer.DueTime)),
            .. answer.Queue is { } queue ? [new Field("queue", Queue(queue))] : Array.Empty<Field>(),
        ]);
        if (!printer.Json && answer.NextAttempts.Count > 0)
        {
            printer.Line();
            printer.Rows([.. answer.NextAttempts], PlanColumns);
        }
    }

    private static IEnumerable<Field> Of(Delivery delivery) =>
        [new("delivery", delivery.Id), new("state", DeliveryView.State(delivery))];

    private static string Changed(ExplainDeliveryResponse answer) => answer.WebhookUpdateTime is null
        ? "the webhook was deleted since"
        : $"the webhook was changed at {Show.Time(answer.WebhookUpdateTime)}, after the event; it may have been set otherwise then";

    private static string Queue(WebhookQueue queue) => string.Create(
        CultureInfo.InvariantCulture,
        $"{queue.Queued} queued, {queue.InFlight} of {queue.Limit} under way{(queue.Failing ? ", receiver failing" : "")}");
}
