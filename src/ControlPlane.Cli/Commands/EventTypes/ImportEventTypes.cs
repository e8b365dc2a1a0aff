using System.CommandLine;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Cli.Commands;

/// <summary><c>hookctl event-types import</c></summary>
internal static class ImportEventTypes
{
    private static readonly string[] Imported = ["description", "deprecated", "schema", "examples"];

    public static Command Create(CommandRunner runner)
    {
        var file = new Argument<string>("file") { Description = "An OpenAPI 3.1 document as JSON; - for stdin." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what is in it, and change nothing." };
        var command = new Command("import", "Takes the webhooks section of an OpenAPI document into the tenant's catalogue.") { file, dryRun };
        return runner.Handle(command, async session =>
        {
            var types = OpenApiWebhooks.Read(InputBytes.WithoutMark(await InputBytes.ReadAsync(session, session.Get(file))));
            if (types.Count == 0)
            {
                throw new UsageException($"{session.Get(file)} has no webhooks section, or it names none.");
            }

            if (!session.Get(dryRun))
            {
                for (var i = 0; i < types.Count; i++)
                {
                    types[i].TenantId = session.Tenant;
                    types[i] = await StoreAsync(session, types[i]);
                }
            }

            session.Print.List(types, EventTypeView.Columns);
        });
    }

    private static async Task<EventType> StoreAsync(Session session, EventType type)
    {
        try
        {
            return (await session.Server.Webhooks.CreateEventTypeAsync(new CreateEventTypeRequest { EventType = type }, session.Call())).EventType;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            var update = new UpdateEventTypeRequest { EventType = type, UpdateMask = new FieldMask { Paths = { Imported } } };
            return (await session.Server.Webhooks.UpdateEventTypeAsync(update, session.Call())).EventType;
        }
    }
}
