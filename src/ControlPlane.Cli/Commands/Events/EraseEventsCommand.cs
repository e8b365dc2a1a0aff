using System.CommandLine;
using System.Globalization;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Events;

/// <summary><c>hookctl events erase</c></summary>
internal static class EraseEventsCommand
{
    // The answer comes when all is erased.
    private static readonly TimeSpan Usual = TimeSpan.FromHours(1);

    public static Command Create(CommandRunner runner)
    {
        var ids = new Argument<string[]>("event-id") { Description = "The events.", Arity = ArgumentArity.ZeroOrMore };
        var labels = Flags.Pairs("--label", "Instead: those with this label, such as a person's. With several, those with all of them.");
        var all = new Option<bool>("--all") { Description = "Instead: all events of the tenant." };
        var reason = Flags.Text("--reason", "Why, for the audit log.");
        var dryRun = new Option<bool>("--dry-run") { Description = "Only count; nothing is erased." };
        var command = new Command("erase", "Erases payloads and labels of events, and what receivers answered to them, for good.") { ids, labels, all, reason, dryRun };
        return runner.Handle(command, async session =>
        {
            var request = new EraseEventsRequest
            {
                TenantId = session.Tenant,
                All = session.Get(all),
                Reason = session.Get(reason),
                ValidateOnly = session.Get(dryRun),
            };
            foreach (var (key, value) in session.Get(labels))
            {
                request.Labels[key] = value;
            }

            var (events, others) = (session.Get(ids), (request.Labels.Count > 0 ? 1 : 0) + (request.All ? 1 : 0));
            if ((events.Length > 0 ? 1 : 0) + others != 1)
            {
                throw new UsageException("Say which events: their ids, --label, or --all.");
            }

            var answer = new EraseEventsResponse();
            foreach (var one in events.Length > 0 ? events : [""])
            {
                request.EventId = one;
                answer.Count += (await session.Server.Events.EraseEventsAsync(request, session.Call(Usual))).Count;
            }

            session.Print.Item(answer, [new(request.ValidateOnly ? "found" : "erased", answer.Count.ToString(CultureInfo.InvariantCulture))]);
        });
    }
}
