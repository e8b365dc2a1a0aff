using System.CommandLine;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Commands;

/// <summary><c>hookctl event-types</c></summary>
internal static class EventTypeCommands
{
    public static Command Create(CommandRunner runner) => new("event-types", "Catalogues of what can be published and subscribed to.")
    {
        CreateList(runner), CreateCreate(runner), CreateUpdate(runner), CreateDelete(runner), ImportEventTypes.Create(runner),
    };

    private static Command CreateList(CommandRunner runner)
    {
        var list = new ListOptions();
        var command = new Command("list", "Lists the tenant's own event types, newest first, then the built-in ones.");
        list.AddTo(command);
        return runner.Handle(command, session => list.RunAsync(session, EventTypeView.Columns, async (size, token) =>
        {
            var page = await session.Server.Webhooks.ListEventTypesAsync(
                new ListEventTypesRequest { TenantId = session.Tenant, PageSize = size, PageToken = token }, session.Call());
            return (page.EventTypes, page.NextPageToken);
        }));
    }

    private static Command CreateCreate(CommandRunner runner)
    {
        var (name, flags) = (Name(), new EventTypeFlags());
        var command = new Command("create", "Adds an event type to the tenant's catalogue.") { name };
        flags.AddTo(command);
        return runner.Handle(command, async session =>
        {
            var type = new EventType { TenantId = session.Tenant, Name = session.Get(name) };
            await flags.ApplyAsync(session, type);
            var answer = await session.Server.Webhooks.CreateEventTypeAsync(new CreateEventTypeRequest { EventType = type }, session.Call());
            session.Print.Item(answer.EventType, EventTypeView.Fields(answer.EventType));
        });
    }

    private static Command CreateUpdate(CommandRunner runner)
    {
        var (name, flags, etag) = (Name(), new EventTypeFlags(), Etag());
        var command = new Command("update", "Changes an event type of the tenant's catalogue.") { name, etag };
        flags.AddTo(command);
        return runner.Handle(command, async session =>
        {
            var type = new EventType { TenantId = session.Tenant, Name = session.Get(name), Etag = session.Get(etag) };
            var mask = new FieldMask { Paths = { await flags.ApplyAsync(session, type) } };
            if (mask.Paths.Count == 0)
            {
                throw new UsageException("Nothing to change: give --description, --deprecated, --schema or --example.");
            }

            var answer = await session.Server.Webhooks.UpdateEventTypeAsync(
                new UpdateEventTypeRequest { EventType = type, UpdateMask = mask }, session.Call());
            session.Print.Item(answer.EventType, EventTypeView.Fields(answer.EventType));
        });
    }

    private static Command CreateDelete(CommandRunner runner)
    {
        var (name, etag) = (Name(), Etag());
        return runner.Handle(new Command("delete", "Removes an event type from the tenant's catalogue.") { name, etag }, async session =>
        {
            await session.Server.Webhooks.DeleteEventTypeAsync(
                new DeleteEventTypeRequest { TenantId = session.Tenant, Name = session.Get(name), Etag = session.Get(etag) },
                session.Call());
            session.Print.Note($"Deleted {session.Get(name)}.");
        });
    }

    private static Argument<string> Name() => new("name") { Description = "The event type, such as message.new." };

    private static Option<string> Etag() => Flags.Text("--etag", "Fail if the event type was changed since this etag was read.", "ETAG");
}
