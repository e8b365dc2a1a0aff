using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary><c>hookctl webhooks list</c> and <c>get</c></summary>
internal static class ReadWebhooks
{
    public static Command CreateList(CommandRunner runner)
    {
        var list = new ListOptions();
        var filter = Flags.Text("--filter", "Conditions such as 'state = SUSPENDED AND labels.team = \"chat\"'.", "FILTER");
        var command = new Command("list", "Lists webhooks, newest first.") { filter };
        list.AddTo(command);
        return runner.Handle(command, session => list.RunAsync(session, WebhookView.Columns, async (size, token) =>
        {
            var page = await session.Server.Webhooks.ListWebhooksAsync(
                new ListWebhooksRequest { TenantId = session.Tenant, PageSize = size, PageToken = token, Filter = session.Get(filter) },
                session.Call());
            return (page.Webhooks, page.NextPageToken);
        }));
    }

    public static Command CreateGet(CommandRunner runner)
    {
        var id = WebhookCommands.Id();
        return runner.Handle(new Command("get", "Shows one webhook.") { id }, async session =>
        {
            var answer = await session.Server.Webhooks.GetWebhookAsync(new GetWebhookRequest { WebhookId = session.Get(id) }, session.Call());
            session.Print.Item(answer.Webhook, WebhookView.Fields(answer.Webhook));
        });
    }
}
