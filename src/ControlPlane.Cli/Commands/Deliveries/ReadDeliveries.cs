using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Deliveries;

/// <summary><c>hookctl deliveries list</c> and <c>get</c></summary>
internal static class ReadDeliveries
{
    public static Command CreateList(CommandRunner runner)
    {
        var (filter, list) = (new DeliveryFilterFlags(), new ListOptions());
        var command = new Command("list", "Lists deliveries, newest first.");
        filter.AddTo(command);
        list.AddTo(command);
        return runner.Handle(command, session =>
        {
            var request = filter.ToList(session);
            return list.RunAsync(session, DeliveryView.Columns, async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await session.Server.Deliveries.ListDeliveriesAsync(request, session.Call());
                return (page.Deliveries, page.NextPageToken);
            });
        });
    }

    public static Command CreateGet(CommandRunner runner)
    {
        var id = DeliveryCommands.Id();
        return runner.Handle(new Command("get", "Shows one delivery with its attempts.") { id }, async session =>
        {
            var answer = await session.Server.Deliveries.GetDeliveryAsync(
                new GetDeliveryRequest { DeliveryId = session.Get(id) }, session.Call());
            DeliveryView.PrintWithAttempts(session.Print, answer.Delivery);
        });
    }
}
