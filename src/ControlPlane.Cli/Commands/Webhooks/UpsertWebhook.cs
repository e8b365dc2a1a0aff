using System.CommandLine;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary><c>hookctl webhooks upsert</c></summary>
internal static class UpsertWebhook
{
    private const string Id = "id";
    private const string ExternalId = "external-id";
    private const string Url = "url";

    public static Command Create(CommandRunner runner)
    {
        var (flags, secret) = (new WebhookFlags(), new SecretOptions());
        var match = Flags.Text(
            "--match", "What it is found by: id, external-id or url. [default: id with --id, else external-id with --external-id, else url]", "BY");
        match.AcceptOnlyFromAmong(Id, ExternalId, Url);
        var id = Flags.Text("--id", "The webhook, wh_...; it must exist.", "ID");
        var etag = Flags.Text("--etag", "Fail if the webhook was changed since this etag was read.", "ETAG");
        var command = new Command("upsert", "Creates a webhook, or replaces every setting of the one that matches.") { match, id, etag };
        flags.EventTypes.Required = true;
        flags.EventTypes.DefaultValueFactory = null;
        flags.AddTo(command);
        secret.AddTo(command);

        return runner.Handle(command, async session =>
        {
            var webhook = new Webhook { TenantId = session.Tenant, Etag = session.Get(etag) };
            await flags.ApplyAsync(session, webhook);
            var request = new UpsertWebhookRequest { Webhook = webhook, Secret = await secret.ReadAsync(session) };
            switch (session.Given(match) ? session.Get(match) : By(session.Get(id), webhook))
            {
                case Id:
                    request.WebhookId = Needed(session.Get(id), "--id");
                    break;
                case ExternalId:
                    request.ExternalId = Needed(webhook.ExternalId, "--external-id");
                    break;
                default:
                    request.Url = Needed(webhook.Url, "--url");
                    break;
            }

            var answer = await session.Server.Webhooks.UpsertWebhookAsync(request, session.Call());
            session.Print.Item(answer, WebhookView.Fields(answer.Webhook, answer.Secret));
            session.Print.Note(answer.Created ? "Created. Keep the secret now: it is not shown again." : "It existed; its settings were replaced.");
        });
    }

    private static string By(string id, Webhook webhook) => id.Length > 0 ? Id : webhook.ExternalId.Length > 0 ? ExternalId : Url;

    private static string Needed(string value, string flag) =>
        value.Length > 0 ? value : throw new UsageException($"{flag} is needed to match by it.");
}
