using System.Globalization;
using ControlPlane.Cli.Output;
using ControlPlane.V1;
using Spectre.Console;

namespace ControlPlane.Cli.Demo;

/// <summary>Shows deliveries while they happen: a table that changes in place on a terminal, one line per change elsewhere.</summary>
internal sealed class DeliveryBoard(Printer print, DeliveryFeed feed, IReadOnlyList<DemoHook> hooks, TimeProvider time)
{
    private const int ShownChanges = 8;
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(80);

    private readonly Lock _lock = new();
    private readonly Queue<Delivery> _recent = new();

    /// <summary>Shows what happens while <paramref name="work"/> runs.</summary>
    public async Task RunAsync(Func<Task> work)
    {
        feed.Changed = print.Live ? Remember : delivery => print.Line(Line(delivery));
        try
        {
            if (print.Live)
            {
                await print.Console.Live(Render()).StartAsync(view => RefreshAsync(view, work));
            }
            else
            {
                await work();
            }
        }
        finally
        {
            feed.Changed = null;
        }
    }

    private async Task RefreshAsync(LiveDisplayContext view, Func<Task> work)
    {
        var running = work();
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(Refresh, time));
            view.UpdateTarget(Render());
        }

        await running;
    }

    private void Remember(Delivery delivery)
    {
        lock (_lock)
        {
            _recent.Enqueue(delivery);
            if (_recent.Count > ShownChanges)
            {
                _recent.Dequeue();
            }
        }
    }

    private Rows Render()
    {
        var latest = feed.Latest;
        var counts = new Table().Border(TableBorder.Rounded).AddColumns("Webhook", "Deliveries", "Waiting", "Retrying", "Delivered", "Attempts");
        foreach (var hook in hooks)
        {
            var own = latest.Where(d => d.WebhookId == hook.Id).ToList();
            var retrying = own.Count(d => d.State is DeliveryState.RetryScheduled);
            var waiting = own.Count(d => d.State is DeliveryState.Pending or DeliveryState.InFlight);
            counts.AddRow(
                new Text(hook.Name),
                Count(own.Count, Tone.Plain),
                Count(waiting, Tone.Dim),
                Count(retrying, retrying > 0 ? Tone.Waiting : Tone.Dim),
                Count(own.Count(d => d.State is DeliveryState.Succeeded), Tone.Good),
                Count(own.Sum(d => d.AttemptCount), Tone.Plain));
        }

        Delivery[] recent;
        lock (_lock)
        {
            recent = [.. _recent];
        }

        return new Rows([counts, .. recent.Select(Change)]);
    }

    private Columns Change(Delivery delivery)
    {
        // State, type, way and result: more would not fit beside each other and make the table jump.
        var cells = Line(delivery);
        return new Columns(new[] { cells[1], cells[2], cells[3], cells[5] }.Select(cell => Tones.Render(cell))).Collapse();
    }

    private Cell[] Line(Delivery delivery)
    {
        var cells = DeliveryView.Line(delivery);
        cells[3] = new Cell($"{delivery.EventId} -> {hooks.FirstOrDefault(h => h.Id == delivery.WebhookId)?.Name}", Tone.Dim);
        return cells;
    }

    private static Text Count(int value, Tone tone) => new(value.ToString(CultureInfo.InvariantCulture), Tones.Of(tone));
}
