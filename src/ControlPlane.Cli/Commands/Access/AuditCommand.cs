using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands;

/// <summary><c>hookctl admin audit</c></summary>
internal static class AuditCommand
{
    public static Command Create(CommandRunner runner)
    {
        var actor = Flags.Text("--actor", "Only by this API key, or jwt: and a token's subject.", "ID");
        var type = Flags.Text("--resource-type", "Only of this kind: webhook, event_type, tenant, api_key, delivery, redrive.", "TYPE");
        var resource = Flags.Text("--resource", "Only of this resource.", "ID");
        var method = Flags.Text("--method", "Only by this method, such as UpdateWebhook.", "NAME");
        var window = new CreatedWindow();
        var list = new ListOptions();
        var command = new Command("audit", "Lists who changed what, newest first.") { actor, type, resource, method };
        window.AddTo(command);
        list.AddTo(command);
        return runner.Handle(command, session =>
        {
            var (after, before) = window.Read(session);
            return list.RunAsync(session, AuditView.Columns, async (size, token) =>
            {
                var page = await session.Server.Admin.ListAuditEventsAsync(
                    new ListAuditEventsRequest
                    {
                        TenantId = session.Tenant,
                        PageSize = size,
                        PageToken = token,
                        ActorId = session.Get(actor),
                        ResourceType = session.Get(type),
                        ResourceId = session.Get(resource),
                        Method = session.Get(method),
                        CreatedAfter = after,
                        CreatedBefore = before,
                    },
                    session.Call());
                return (page.AuditEvents, page.NextPageToken);
            });
        });
    }
}
