using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Events;

/// <summary><c>hookctl events list</c> and <c>get</c></summary>
internal static class ReadEvents
{
    public static Command CreateList(CommandRunner runner)
    {
        var list = new ListOptions();
        var types = Flags.Texts("--event-type", "Only this type or prefix (message.*).", "TYPE");
        var instance = Flags.Text("--instance", "Only from this instance.", "INSTANCE");
        var window = new CreatedWindow();
        var command = new Command("list", "Lists events without their payloads, newest first.") { types, instance };
        window.AddTo(command);
        list.AddTo(command);
        return runner.Handle(command, session =>
        {
            var request = new ListEventsRequest { TenantId = session.Tenant, Instance = session.Get(instance) };
            request.EventTypes.Add(session.Get(types));
            (request.CreatedAfter, request.CreatedBefore) = window.Read(session);
            return list.RunAsync(session, EventView.Columns, async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await session.Server.Events.ListEventsAsync(request, session.Call());
                return (page.Events, page.NextPageToken);
            });
        });
    }

    public static Command CreateGet(CommandRunner runner)
    {
        var id = new Argument<string>("event-id") { Description = "The event." };
        var payload = new Option<bool>("--payload") { Description = "Write the payload alone, byte for byte." };
        return runner.Handle(new Command("get", "Shows one event with its payload.") { id, payload }, async session =>
        {
            var answer = await session.Server.Events.GetEventAsync(
                new GetEventRequest { EventId = session.Get(id), TenantId = session.Tenant }, session.Call());
            if (!session.Get(payload))
            {
                session.Print.Item(answer.Event, EventView.Fields(answer.Event));
                return;
            }

            await using var output = session.Host.OpenOutput();
            await output.WriteAsync(answer.Event.Payload.Memory, session.Cancellation);
        });
    }
}
