using System.Globalization;
using ControlPlane.V1;
using Bucket = ControlPlane.V1.GetWebhookStatsResponse.Types.Bucket;

namespace ControlPlane.Cli.Output;

/// <summary>How attempts over time are shown.</summary>
internal static class StatsView
{
    private static readonly IReadOnlyList<Column<Bucket>> Columns =
    [
        new("From", bucket => Show.Time(bucket.StartTime)),
        new("Delivered", bucket => Number(bucket.Delivered, Tone.Good)),
        new("Failed", bucket => Number(bucket.Failed, Tone.Bad)),
        new("Retried", bucket => Number(bucket.Retried, Tone.Waiting)),
        new("Dead", bucket => Number(bucket.Dead, Tone.Bad)),
        new("p50", bucket => Show.Duration(bucket.P50)),
        new("p99", bucket => Show.Duration(bucket.P99)),
    ];

    public static void Print(Printer printer, GetWebhookStatsResponse stats)
    {
        printer.Item(stats,
        [
            new("delivered", stats.HasSuccessShare ? stats.SuccessShare.ToString("P2", CultureInfo.InvariantCulture) : "no attempts"),
            new("in flight", stats.InFlight.ToString(CultureInfo.InvariantCulture)),
            new("waiting", stats.Waiting.ToString(CultureInfo.InvariantCulture)),
            .. Field.Unless(stats.OldestWaitingTime is null, "oldest waiting", () => Show.Time(stats.OldestWaitingTime)),
        ]);
        var busy = stats.Buckets.Where(bucket => bucket.Delivered + bucket.Failed > 0).ToList();
        if (printer.Json || busy.Count == 0)
        {
            return;
        }

        printer.Line();
        printer.Rows(busy, Columns);
    }

    private static Cell Number(long number, Tone tone) => new(number.ToString(CultureInfo.InvariantCulture), number > 0 ? tone : Tone.Dim);
}
