using System.Globalization;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Output;

/// <summary>How redrives are shown.</summary>
internal static class RedriveView
{
    public static IReadOnlyList<Column<Redrive>> Columns { get; } =
    [
        new("Id", r => r.Id, Whole: true),
        new("State", State),
        new("Matched", r => Number(r.MatchedCount)),
        new("Retried", r => Number(r.RetriedCount)),
        new("Skipped", r => Number(r.SkippedCount)),
        new("Filter", r => Filter(r)),
        new("Started", r => Show.Time(r.CreateTime)),
    ];

    public static IEnumerable<Field> Fields(Redrive redrive) =>
    [
        new("id", redrive.Id),
        new("tenant", redrive.TenantId),
        new("state", State(redrive)),
        new("filter", Filter(redrive)),
        new("rate", $"{Show.Number(redrive.MaxRatePerSecond)} per second"),
        new("matched", Number(redrive.MatchedCount)),
        new("retried", Number(redrive.RetriedCount)),
        new("skipped", Number(redrive.SkippedCount)),
        new("started", Show.Time(redrive.CreateTime)),
        new("updated", Show.Time(redrive.UpdateTime)),
    ];

    /// <summary>What was started, or only counted.</summary>
    public static IEnumerable<Field> Fields(int count, string redriveId) =>
    [
        new("matched", Number(count)),
        .. Field.Unless(redriveId.Length == 0, "redrive", () => redriveId),
    ];

    /// <summary>How far it is, in one line.</summary>
    public static string Progress(Redrive redrive) =>
        $"{EnumText.Format(redrive.State)}: {redrive.RetriedCount} of {redrive.MatchedCount} retried, {redrive.SkippedCount} skipped";

    private static Cell State(Redrive redrive) => new(
        EnumText.Format(redrive.State),
        redrive.State switch
        {
            RedriveState.Done => Tone.Good,
            RedriveState.Running => Tone.Waiting,
            RedriveState.Cancelled => Tone.Dim,
            _ => Tone.Plain,
        });

    private static string Filter(Redrive redrive) => redrive.Filter is not { } filter
        ? ""
        : Show.Words(new[]
        {
            redrive.Replay is null ? "" : redrive.Replay.OnlyMissing ? "replay of missing" : "replay of all",
            Words("state", filter.States.Select(EnumText.Format)),
            Words("webhook", filter.WebhookId),
            Words("event", filter.EventId),
            Words("event-type", filter.EventTypes),
            Words("instance", filter.Instance),
            Words("created-after", Show.Time(filter.CreatedAfter)),
            Words("created-before", Show.Time(filter.CreatedBefore)),
            Words("filter", redrive.Replay?.Filter ?? ""),
        }.Where(part => part.Length > 0));

    private static string Words(string name, params IEnumerable<string> values)
    {
        var text = string.Join(',', values);
        return text.Length == 0 ? "" : $"{name}={text}";
    }

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
