using System.CommandLine;
using ControlPlane.Cli.Commands.Redrives;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Deliveries;

/// <summary><c>hookctl deliveries replay</c></summary>
internal static class ReplayEvents
{
    public static Command Create(CommandRunner runner)
    {
        var webhook = new Argument<string>("webhook-id") { Description = "The webhook, wh_..." };
        var types = Flags.Texts("--event-type", "Only events of this type or prefix (message.*).", "TYPE");
        var instance = Flags.Text("--instance", "Only events from this instance.", "INSTANCE");
        var condition = Flags.Text("--filter", "Only events that make this CEL expression true, as a webhook's filter.", "CEL");
        var all = new Option<bool>("--all") { Description = "Also events that have a delivery to the webhook." };
        var (flags, window) = (new RedriveFlags(), new CreatedWindow());
        var command = new Command(
            "replay",
            "Sends a webhook the events published before that it wants and never got, oldest first: since it was new, disabled or asked for "
            + "others then.")
        {
            webhook, types, instance, condition, all,
        };
        window.AddTo(command);
        flags.AddTo(command);
        return runner.Handle(command, async session =>
        {
            var request = new ReplayEventsRequest
            {
                WebhookId = session.Get(webhook),
                EventTypes = { session.Get(types) },
                Instance = session.Get(instance),
                Filter = session.Get(condition),
                ValidateOnly = flags.DryRun(session),
                MaxPerSecond = flags.Rate(session),
            };
            if (session.Get(all))
            {
                request.OnlyMissing = false;
            }

            (request.CreatedAfter, request.CreatedBefore) = window.Read(session);
            var answer = await session.Server.Deliveries.ReplayEventsAsync(request, session.Call(RedriveFlags.Usual));
            return await flags.ShowAsync(session, answer, answer.Count, answer.RedriveId);
        });
    }
}
