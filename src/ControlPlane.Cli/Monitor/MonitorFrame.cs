using System.Globalization;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Monitor;

/// <summary>A line of the terminal.</summary>
internal sealed record FrameLine(IReadOnlyList<Cell> Cells, bool Selected = false)
{
    public static implicit operator FrameLine(Cell[] cells) => new(cells, Selected: false);
}

/// <summary>What the terminal is to show, line by line.</summary>
internal static class MonitorFrame
{
    private const int Fixed = 7;
    private const string Bars = " ▁▂▃▄▅▆▇█";

    private static readonly string[] Keys =
    [
        "up, down   choose a delivery", "Enter      open it: attempts, explanation, payload", "Esc        back", "r          send it once more",
        "c          cancel it", "t          test its webhook", "/          filter: event type, webhook, instance, id, state", "p          let the list stand still, and go on",
        "q          quit",
    ];

    public static IReadOnlyList<FrameLine> Of(Board board, MonitorKeys keys, int width, int height) => keys.View switch
    {
        MonitorView.Help => [new Cell[] { "Keys" }, new Cell[] { "" }, .. Keys.Select(key => (FrameLine)new Cell[] { "  " + key })],
        MonitorView.Delivery when keys.Details is { } details =>
            [.. details.Lines().SelectMany(line => Fold(line, width)).Take(height - 1), new Cell[] { new("Esc back   r retry   c cancel   t test   q quit", Tone.Dim) }],
        _ => [.. Top(board, keys, width), .. Hooks(board, height), .. Deliveries(board, keys, height)],
    };

    private static IEnumerable<FrameLine> Top(Board board, MonitorKeys keys, int width)
    {
        var (delivered, failed) = board.Minute();
        yield return new Cell[] { new(board.Connected ? "●" : "○", board.Connected ? Tone.Good : Tone.Bad), new(board.Connection, board.Connected ? Tone.Plain : Tone.Bad), keys.Paused ? new Cell("PAUSED", Tone.Waiting) : "" };
        yield return new Cell[]
        {
            $"changes {Number(board.Changes)}", new($"delivered {Number(board.Delivered)}", Tone.Good), new($"retrying {Number(board.Retrying)}", Tone.Waiting),
            new($"dead {Number(board.Dead)}", Tone.Bad), new(FormattableString.Invariant($"{delivered[^6..^1].Sum() / 5.0:0.#} delivered/s, {failed[^6..^1].Sum() / 5.0:0.#} failed/s"), Tone.Dim),
        };
        var shown = Math.Min(Board.Seconds, Math.Max(10, (width - 24) / 2));
        yield return new Cell[] { new("delivered", Tone.Dim), new(Spark(delivered[^shown..]), Tone.Good), new("failed", Tone.Dim), new(Spark(failed[^shown..]), Tone.Bad) };
    }

    private static IEnumerable<FrameLine> Hooks(Board board, int height)
    {
        var hooks = board.Webhooks();
        var most = Math.Max(1, (height - Fixed) / 3);
        yield return new Cell[] { new($"{"WEBHOOK",-36} {"WAITING",8} {"IN FLIGHT",9} {"LAST",-22} STATE", Tone.Dim) };
        foreach (var hook in hooks.Take(most))
        {
            var last = hook.Last is { } delivery ? DeliveryView.Last(delivery) : new Cell("");
            yield return new Cell[]
            {
                Cut(hook.Name, 36), Number(hook.Waiting).PadLeft(8), Number(hook.InFlight).PadLeft(9), last with { Text = Cut(last.Text, 22) },
                hook.FailingSince is { } since ? new Cell($"failing since {since.ToLocalTime():HH:mm:ss}", Tone.Bad)
                    : hook.State is WebhookState.Active or WebhookState.Unspecified ? "" : new Cell(EnumText.Format(hook.State), Tone.Waiting),
            };
        }

        if (hooks.Count > most)
        {
            yield return new Cell[] { new($"and {Number(hooks.Count - most)} more", Tone.Dim) };
        }
    }

    private static IEnumerable<FrameLine> Deliveries(Board board, MonitorKeys keys, int height)
    {
        var room = height - Fixed - Math.Min(board.Webhooks().Count, Math.Max(1, (height - Fixed) / 3)) + 1;
        var filter = keys.Typing || keys.Filter.Length > 0 ? $"/{keys.Filter}{(keys.Typing ? "_" : "")}" : "";
        yield return new Cell[] { new($"{"CHANGED",-12} {"STATE",-15} {"EVENT TYPE",-24} {"WEBHOOK",-24} LAST", Tone.Dim), new(filter, Tone.Waiting) };
        var at = Math.Max(0, keys.Rows.Index().Where(row => row.Item.Id == keys.SelectedId).Select(row => row.Index).DefaultIfEmpty(0).First());
        foreach (var row in keys.Rows.Skip(Math.Max(0, at - Math.Max(1, room - 2) + 1)).Take(Math.Max(1, room - 2)))
        {
            yield return new(Row(board, row), row.Id == keys.SelectedId || (keys.SelectedId.Length == 0 && row == keys.Rows[0]));
        }

        yield return new Cell[] { keys.Result.Text.Length > 0 ? keys.Result : new Cell("? help   / filter   Enter open   r retry   c cancel   t test   p pause   q quit", Tone.Dim) };
    }

    private static Cell[] Row(Board board, Delivery delivery)
    {
        var state = DeliveryView.State(delivery);
        return
        [
            new(delivery.UpdateTime.ToDateTimeOffset().ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture), Tone.Dim),
            state with { Text = Cut(state.Text, 15) }, Cut(delivery.EventType, 24), Cut(board.NameOf(delivery.WebhookId), 24), DeliveryView.Last(delivery),
        ];
    }

    /// <summary>Breaks the last cell of a line, so that all of a payload or an answer is seen.</summary>
    private static IEnumerable<FrameLine> Fold(Cell[] cells, int width)
    {
        var last = SafeText.Line(cells[^1].Text);
        var before = cells[..^1].Sum(cell => cell.Text.Length + 1);
        var room = Math.Max(20, width - before);
        yield return (Cell[])[.. cells[..^1], cells[^1] with { Text = last[..Math.Min(last.Length, room)] }];
        for (var from = room; from < last.Length; from += width)
        {
            yield return new Cell[] { cells[^1] with { Text = last.Substring(from, Math.Min(width, last.Length - from)) } };
        }
    }

    private static string Spark(int[] values)
    {
        var top = Math.Max(1, values.Max());
        return string.Concat(values.Select(value => Bars[value == 0 ? 0 : 1 + (value * (Bars.Length - 2) / top)]));
    }

    private static string Cut(string text, int length) =>
        text.Length <= length ? text.PadRight(length) : text[..(length - 1)] + "…";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
