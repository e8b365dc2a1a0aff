using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Deliveries;

/// <summary><c>hookctl deliveries retry</c> and <c>cancel</c></summary>
internal static class RetryAndCancel
{
    public static Command CreateRetry(CommandRunner runner)
    {
        var id = DeliveryCommands.Id();
        return runner.Handle(new Command("retry", "Sends a delivery that ended once more, now.") { id }, async session =>
        {
            var answer = await session.Server.Deliveries.RetryDeliveryAsync(
                new RetryDeliveryRequest { DeliveryId = session.Get(id) }, session.Call());
            session.Print.Item(answer.Delivery, DeliveryView.Fields(answer.Delivery));
        });
    }

    public static Command CreateCancel(CommandRunner runner)
    {
        var id = DeliveryCommands.Id();
        return runner.Handle(new Command("cancel", "Stops a delivery: no attempt follows the one under way.") { id }, async session =>
        {
            var answer = await session.Server.Deliveries.CancelDeliveryAsync(
                new CancelDeliveryRequest { DeliveryId = session.Get(id) }, session.Call());
            session.Print.Item(answer.Delivery, DeliveryView.Fields(answer.Delivery));
        });
    }
}
