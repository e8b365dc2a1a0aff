using System.CommandLine;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary><c>hookctl webhooks update</c></summary>
internal static class UpdateWebhook
{
    private static readonly string[] Clearable =
    [
        "additional_dialect", "client_certificate", "custom_dialect", "description", "external_id", "filter", "head_of_line", "headers", "instances", "labels", "match_labels",
        "max_in_flight", "max_rate_per_second", "name", "oauth2", "on_filter_error", "retry_policy", "timeout", "while_disabled", "while_suspended",
    ];

    public static Command Create(CommandRunner runner)
    {
        var (id, flags) = (WebhookCommands.Id(), new WebhookFlags());
        var clear = Flags.Texts("--clear", $"Set a field back to its default: {string.Join(", ", Clearable)}.", "FIELD");
        clear.AcceptOnlyFromAmong(Clearable);
        var etag = Flags.Text("--etag", "Fail if the webhook was changed since this etag was read.", "ETAG");
        var validateOnly = new Option<bool>("--validate-only") { Description = "Only check; store nothing." };
        var command = new Command("update", "Changes the fields whose flags are given; lists and maps are replaced as a whole.") { id };
        flags.AddTo(command);
        command.Add(clear);
        command.Add(etag);
        command.Add(validateOnly);

        return runner.Handle(command, async session =>
        {
            var webhook = new Webhook { Id = session.Get(id), Etag = session.Get(etag) };
            var mask = await flags.ApplyAsync(session, webhook);
            var cleared = session.Get(clear).Distinct().ToArray();
            if (cleared.FirstOrDefault(field => mask.Paths.Any(path => path.Split('.')[0] == field)) is { } both)
            {
                throw new UsageException($"{both} cannot be set and cleared at once.");
            }

            mask.Paths.Add(cleared);
            // To the server an empty mask means "whatever is set", which is nothing here.
            if (mask.Paths.Count == 0)
            {
                throw new UsageException("Nothing to change: give at least one of the flags that describe the webhook.");
            }

            var answer = await session.Server.Webhooks.UpdateWebhookAsync(
                new UpdateWebhookRequest { Webhook = webhook, UpdateMask = mask, ValidateOnly = session.Get(validateOnly) },
                session.Call());
            session.Print.Item(answer.Webhook, WebhookView.Fields(answer.Webhook));
            if (session.Get(validateOnly))
            {
                session.Print.Note("Valid; nothing was stored.");
            }
        });
    }
}
