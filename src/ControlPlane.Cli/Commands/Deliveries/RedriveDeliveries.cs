using System.CommandLine;
using ControlPlane.Cli.Commands.Redrives;

namespace ControlPlane.Cli.Commands.Deliveries;

/// <summary><c>hookctl deliveries redrive</c></summary>
internal static class RedriveDeliveries
{
    public static Command Create(CommandRunner runner)
    {
        var (flags, filter) = (new RedriveFlags(), new DeliveryFilterFlags());
        var command = new Command(
            "redrive",
            "Sends all deliveries that match and have ended once more, oldest first; dead letters unless --state says otherwise.");
        flags.AddTo(command);
        filter.AddTo(command);
        return runner.Handle(command, async session =>
        {
            var request = filter.ToRedrive(session);
            (request.ValidateOnly, request.MaxRatePerSecond) = (flags.DryRun(session), flags.Rate(session));
            var answer = await session.Server.Deliveries.RedriveDeliveriesAsync(request, session.Call(RedriveFlags.Usual));
            return await flags.ShowAsync(session, answer, answer.Count, answer.RedriveId);
        });
    }
}
