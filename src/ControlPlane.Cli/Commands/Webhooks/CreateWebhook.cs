using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary><c>hookctl webhooks create</c></summary>
internal static class CreateWebhook
{
    public static Command Create(CommandRunner runner)
    {
        var (flags, secret) = (new WebhookFlags(), new SecretOptions());
        var requestId = Flags.Text("--request-id", "Makes a repeat safe: the same id answers the webhook made first.", "ID");
        var validateOnly = new Option<bool>("--validate-only") { Description = "Only check; store nothing." };
        var command = new Command("create", "Registers a webhook and shows its signing secret, this once.");
        flags.Url.Required = true;
        flags.EventTypes.Required = true;
        flags.EventTypes.DefaultValueFactory = null;
        flags.AddTo(command);
        secret.AddTo(command);
        command.Add(requestId);
        command.Add(validateOnly);

        return runner.Handle(command, async session =>
        {
            var request = new CreateWebhookRequest
            {
                Webhook = new Webhook { TenantId = session.Tenant },
                Secret = await secret.ReadAsync(session),
                RequestId = session.Get(requestId),
                ValidateOnly = session.Get(validateOnly),
            };
            await flags.ApplyAsync(session, request.Webhook);
            var answer = await session.Server.Webhooks.CreateWebhookAsync(request, session.Call());
            session.Print.Item(answer, WebhookView.Fields(answer.Webhook, answer.Secret));
            session.Print.Note(answer.Secret.Length > 0
                ? "Keep the secret now: it is not shown again."
                : request.ValidateOnly ? "Valid; nothing was stored." : "It exists already, from an earlier request with this id; its secret is not shown again.");
        });
    }
}
