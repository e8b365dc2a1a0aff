using System.CommandLine;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary><c>hookctl webhooks delete</c></summary>
internal static class DeleteWebhook
{
    public static Command Create(CommandRunner runner)
    {
        var id = WebhookCommands.Id();
        var etag = Flags.Text("--etag", "Fail if the webhook was changed since this etag was read.", "ETAG");
        return runner.Handle(new Command("delete", "Deletes a webhook; its waiting deliveries are cancelled.") { id, etag }, async session =>
        {
            await session.Server.Webhooks.DeleteWebhookAsync(
                new DeleteWebhookRequest { WebhookId = session.Get(id), Etag = session.Get(etag) }, session.Call());
            session.Print.Note($"Deleted {session.Get(id)}.");
        });
    }
}
