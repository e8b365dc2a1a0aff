using System.CommandLine;
using ControlPlane.Cli.Commands;
using ControlPlane.Cli.Commands.Deliveries;
using ControlPlane.Cli.Errors;

namespace ControlPlane.Cli.Monitor;

/// <summary><c>hookctl monitor</c></summary>
internal static class MonitorCommand
{
    public static Command Create(CommandRunner runner)
    {
        var filter = new DeliveryFilterFlags();
        var command = new Command(
            "monitor",
            "Shows webhooks and deliveries live on the whole terminal; reconnects by itself and misses nothing. The key ? lists the others.");
        filter.AddTo(command);
        return runner.Handle(command, async session =>
        {
            if (!session.Print.Live || !session.Host.InputIsTerminal)
            {
                throw new UsageException("monitor needs a terminal; `hookctl deliveries watch` writes lines.");
            }

            using var ended = CancellationTokenSource.CreateLinkedTokenSource(session.Cancellation);
            var board = new Board(session.Host.Time);
            var source = new BoardSource(session, board);
            await source.FillAsync(filter.ToList(session), ended.Token);
            var watching = source.WatchAsync(filter.ToWatch(session), ended.Token);
            var keys = new MonitorKeys(session, board, source);
            using (var screen = new TerminalScreen(session.Host))
            {
                while (!watching.IsCompleted && await keys.HandleAsync(ended.Token))
                {
                    screen.Draw(board, keys);
                }
            }

            await ended.CancelAsync();
            await watching;
        });
    }
}
