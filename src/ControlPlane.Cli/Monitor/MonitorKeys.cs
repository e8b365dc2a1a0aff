using ControlPlane.Cli.Commands;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Cli.Monitor;

/// <summary>What the whole terminal shows now.</summary>
internal enum MonitorView
{
    Board,
    Delivery,
    Help,
}

/// <summary>Takes the keys and does what they mean.</summary>
internal sealed class MonitorKeys(Session session, Board board, BoardSource source)
{
    public const int MostRows = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(90);

    public MonitorView View { get; private set; }

    public string Filter { get; private set; } = "";

    /// <summary>What is typed goes to the filter.</summary>
    public bool Typing { get; private set; }

    public bool Paused { get; private set; }

    /// <summary>What the last key came to.</summary>
    public Cell Result { get; private set; } = "";

    public IReadOnlyList<Delivery> Rows { get; private set; } = [];

    public string SelectedId { get; private set; } = "";

    public DeliveryDetails? Details { get; private set; }

    /// <summary>Waits a moment, then does what was typed meanwhile; false if it was to quit.</summary>
    public async Task<bool> HandleAsync(CancellationToken cancellationToken)
    {
        if (!Console.KeyAvailable)
        {
            await Task.Delay(Interval, session.Host.Time, cancellationToken);
        }

        while (Console.KeyAvailable)
        {
            if (!await PressAsync(Console.ReadKey(intercept: true), cancellationToken))
            {
                return false;
            }
        }

        if (!Paused)
        {
            Rows = board.Deliveries(Filter, MostRows);
        }

        return true;
    }

    private async Task<bool> PressAsync(ConsoleKeyInfo key, CancellationToken cancellationToken)
    {
        if (Typing)
        {
            Type(key);
            return true;
        }

        switch (key.Key)
        {
            case ConsoleKey.UpArrow:
                Move(-1);
                break;
            case ConsoleKey.DownArrow:
                Move(1);
                break;
            case ConsoleKey.Enter when Selected is { } delivery:
                await TryAsync(async () => Details = await DeliveryDetails.ReadAsync(session, delivery, cancellationToken));
                View = Details is null ? MonitorView.Board : MonitorView.Delivery;
                break;
            case ConsoleKey.Escape:
                (View, Details, Result) = (MonitorView.Board, null, "");
                break;
            default:
                return await PressAsync(key.KeyChar, cancellationToken);
        }

        return true;
    }

    private async Task<bool> PressAsync(char key, CancellationToken cancellationToken)
    {
        switch (key)
        {
            case 'q':
                return false;
            case '/':
                (Typing, View) = (true, MonitorView.Board);
                break;
            case '?':
                View = View == MonitorView.Help ? MonitorView.Board : MonitorView.Help;
                break;
            case 'p':
                Paused = !Paused;
                break;
            case 'r' when Selected is { } delivery:
                await TryAsync(async () =>
                {
                    await session.Server.Deliveries.RetryDeliveryAsync(new() { DeliveryId = delivery.Id }, session.Server.Call(cancellationToken));
                    Result = new($"{delivery.Id} is sent once more", Tone.Good);
                });
                break;
            case 'c' when Selected is { } delivery:
                await TryAsync(async () =>
                {
                    await session.Server.Deliveries.CancelDeliveryAsync(new() { DeliveryId = delivery.Id }, session.Server.Call(cancellationToken));
                    Result = new($"{delivery.Id} is cancelled", Tone.Good);
                });
                break;
            case 't' when Selected is { } delivery:
                Result = new($"testing {board.NameOf(delivery.WebhookId)}", Tone.Dim);
                // A receiver may take a minute, while what happens goes on to be shown.
                _ = TryAsync(() => TestAsync(delivery.WebhookId, cancellationToken));
                break;
        }

        return true;
    }

    private async Task TestAsync(string webhookId, CancellationToken cancellationToken)
    {
        var answer = await session.Server.Webhooks.TestWebhookAsync(
            new() { WebhookId = webhookId }, session.Server.Call(cancellationToken, TestTimeout));
        var outcome = answer.Delivery.Attempts.LastOrDefault() is { } attempt ? DeliveryView.Outcome(attempt) : EnumText.Format(answer.Delivery.State);
        Result = outcome with { Text = $"test of {board.NameOf(webhookId)}: {outcome.Text}" };
        await source.NameAsync(cancellationToken);
    }

    /// <summary>What the server refuses is shown; the monitor goes on.</summary>
    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (RpcException e) when (e.StatusCode is not StatusCode.Cancelled)
        {
            Result = new(e.Status.Detail, Tone.Bad);
        }
    }

    private void Type(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                Typing = false;
                break;
            case ConsoleKey.Escape:
                (Typing, Filter) = (false, "");
                break;
            case ConsoleKey.Backspace:
                Filter = Filter.Length > 0 ? Filter[..^1] : "";
                break;
            default:
                Filter += char.IsControl(key.KeyChar) ? "" : key.KeyChar.ToString();
                break;
        }
    }

    private Delivery? Selected => Rows.FirstOrDefault(row => row.Id == SelectedId) ?? (Rows.Count > 0 ? Rows[0] : null);

    private void Move(int by)
    {
        if (Rows.Count == 0)
        {
            return;
        }

        var at = Rows.Index().Where(row => row.Item.Id == SelectedId).Select(row => row.Index).DefaultIfEmpty(0).First();
        SelectedId = Rows[Math.Clamp(at + by, 0, Rows.Count - 1)].Id;
    }
}
