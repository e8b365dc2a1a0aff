using System.CommandLine;
using ControlPlane.Cli.Commands.Deliveries;

namespace ControlPlane.Cli.Commands;

/// <summary><c>hookctl deliveries</c></summary>
internal static class DeliveryCommands
{
    public static Command Create(CommandRunner runner) => new("deliveries", "Events on their way to webhooks.")
    {
        ReadDeliveries.CreateList(runner),
        ReadDeliveries.CreateGet(runner),
        ExplainDelivery.Create(runner),
        RetryAndCancel.CreateRetry(runner),
        RetryAndCancel.CreateCancel(runner),
        RedriveDeliveries.Create(runner),
        ReplayEvents.Create(runner),
        ExportDeliveries.Create(runner),
        WatchDeliveries.Create(runner),
    };

    public static Argument<string> Id() => new("delivery-id") { Description = "The delivery, dlv_..." };
}
