using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.Cli.Watching;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Option = System.CommandLine.Option;

namespace ControlPlane.Cli.Commands.Deliveries;

/// <summary><c>hookctl deliveries watch</c></summary>
internal static class WatchDeliveries
{
    public static Command Create(CommandRunner runner)
    {
        var filter = new DeliveryFilterFlags();
        var resume = Flags.Text("--resume-token", "Go on after the message that carried this token.", "TOKEN");
        var since = Flags.Time("--since", "Begin with what changed at or after this time. Default: now.");
        var tokenFile = Flags.Text(
            "--token-file", "Keep the token in this file, and go on from it if it exists; it wins over --since.", "FILE");
        var heartbeat = Flags.Duration("--heartbeat", "How long the stream may be silent, 1s to 5m. [default: 15s]");
        var command = new Command(
            "watch",
            "Shows deliveries as they change, and the webhooks that are disabled or suspended, until interrupted; reconnects by itself "
            + "and misses nothing. Piped, each line is a JSON object with delivery or webhook and the resumeToken after it.")
        {
            resume, since, tokenFile, heartbeat,
        };
        filter.AddTo(command);
        command.Validators.Add(result =>
        {
            Option[] starts = [since, tokenFile];
            if (result.GetResult(resume) is not null && starts.FirstOrDefault(o => result.GetResult(o) is not null) is { } other)
            {
                result.AddError($"--resume-token and {other.Name} exclude each other.");
            }
        });

        return runner.Handle(command, async session =>
        {
            var request = filter.ToWatch(session);
            var file = session.Given(tokenFile) ? new TokenFile(session.Get(tokenFile), session.Host.Time) : null;
            request.ResumeToken = file?.Read() ?? session.Get(resume);
            request.WebhookStates = true;
            request.HeartbeatInterval = session.Get(heartbeat) is { } interval ? Duration.FromTimeSpan(interval) : null;
            if (request.ResumeToken.Length == 0 && session.Get(since) is { } start)
            {
                request.StartTime = Timestamp.FromDateTimeOffset(start.Before(session.Now));
            }

            await RunAsync(session, request, file);
        });
    }

    private static async Task RunAsync(Session session, WatchDeliveriesRequest request, TokenFile? file)
    {
        var watch = session.Server.Watch(session.Print.Note);
        try
        {
            await foreach (var message in watch.RunAsync(request, session.Cancellation))
            {
                if (message.Delivery is not null || message.Webhook is not null)
                {
                    Print(session.Print, message);
                }

                // After the output, so that what was not shown is sent again.
                file?.Write(message.ResumeToken);
            }
        }
        finally
        {
            file?.Flush();
            if (watch.ResumeToken.Length > 0)
            {
                session.Print.Note($"resume token: {watch.ResumeToken}");
            }
        }
    }

    private static void Print(Printer printer, WatchDeliveriesResponse message)
    {
        if (printer.Live)
        {
            printer.Line(message.Delivery is { } delivery ? DeliveryView.Line(delivery) : WebhookView.Line(message.Webhook));
        }
        else
        {
            printer.JsonLine(message);
        }
    }
}
