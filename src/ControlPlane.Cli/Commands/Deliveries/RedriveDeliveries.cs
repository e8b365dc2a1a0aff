using System.CommandLine;
using ControlPlane.Cli.Commands.Redrives;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;

namespace ControlPlane.Cli.Commands.Deliveries;

/// <summary><c>hookctl deliveries redrive</c></summary>
internal static class RedriveDeliveries
{
    // The server counts before it answers, which takes its time where millions are stored.
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(5);

    public static Command Create(CommandRunner runner)
    {
        var filter = new DeliveryFilterFlags();
        var dryRun = new Option<bool>("--dry-run") { Description = "Only count; nothing is sent." };
        var rate = new Option<double>("--rate") { Description = "How many per second at most, 0.1 to 1000. [default: 100]", HelpName = "NUMBER" };
        var wait = new Option<bool>("--wait") { Description = "Wait until it has ended, and show how far it is." };
        var command = new Command(
            "redrive",
            "Sends all deliveries that match and have ended once more, oldest first; dead letters unless --state says otherwise.")
        {
            dryRun, rate, wait,
        };
        filter.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(dryRun) && result.GetValue(wait))
            {
                result.AddError("--dry-run and --wait exclude each other.");
            }
        });

        return runner.Handle(command, async session =>
        {
            var request = filter.ToRedrive(session);
            (request.ValidateOnly, request.MaxRatePerSecond) = (session.Get(dryRun), session.Get(rate));
            var answer = await session.Server.Deliveries.RedriveDeliveriesAsync(request, session.Call(Usual));
            if (session.Get(wait))
            {
                session.Print.Note($"redrive: {answer.RedriveId}");
                return await RedriveProgress.WaitAsync(session, answer.RedriveId);
            }

            session.Print.Item(answer, RedriveView.Fields(answer));
            return ExitCodes.Ok;
        });
    }
}
