using System.CommandLine;
using ControlPlane.Cli.Commands;
using ControlPlane.Cli.Errors;
using ControlPlane.V1;

namespace ControlPlane.Cli.Listening;

/// <summary><c>hookctl listen</c></summary>
internal static class ListenCommand
{
    public static Command Create(CommandRunner runner)
    {
        var id = WebhookCommands.Id();
        var forwardTo = new Option<string>("--forward-to")
        {
            Description = "Where to POST, such as http://localhost:3000/hook.",
            HelpName = "URL",
            Required = true,
        };
        var command = new Command(
            "listen",
            "Forwards what goes to a webhook from now on to this machine too, signed as the webhook's own requests are, and shows each answer. "
            + "It takes the payloads by the API: this machine needs no public address. Enter a number to send that exchange again.")
        {
            id, forwardTo,
        };
        return runner.Handle(command, async session =>
        {
            if (!Uri.TryCreate(session.Get(forwardTo), UriKind.Absolute, out var target) || target.Scheme is not ("http" or "https"))
            {
                throw new UsageException($"--forward-to: \"{session.Get(forwardTo)}\" is not a URL such as http://localhost:3000/hook.");
            }

            await RunAsync(session, session.Get(id), target);
        });
    }

    private static async Task RunAsync(Session session, string webhookId, Uri target)
    {
        var webhook = (await session.Server.Webhooks.GetWebhookAsync(new() { WebhookId = webhookId }, session.Call())).Webhook;
        using var forwarder = new Forwarder(session, webhookId, target);
        var again = Task.Run(() => ReadNumbersAsync(session, forwarder), session.Cancellation);
        var (seen, listening) = (new SeenRounds(), false);
        var watch = session.Server.Watch(session.Print.Note);
        var request = new WatchDeliveriesRequest { TenantId = webhook.TenantId, WebhookId = webhookId };
        await foreach (var message in watch.RunAsync(request, session.Cancellation))
        {
            if (message.Ready is not null && !listening)
            {
                // From here on nothing is missed.
                listening = true;
                session.Print.Note($"listening to {(webhook.Name.Length > 0 ? webhook.Name : webhook.Url)}, forwarding to {target}");
            }
            else if (message.Delivery is { } delivery && seen.IsNew(delivery))
            {
                await forwarder.ForwardAsync(delivery);
            }
        }

        // It ends with the input or the session; a read of a terminal cannot be cut short.
        _ = again;
    }

    private static async Task ReadNumbersAsync(Session session, Forwarder forwarder)
    {
        using var input = new StreamReader(session.Host.OpenInput());
        while (await input.ReadLineAsync(session.Cancellation) is { } line)
        {
            if (int.TryParse(line.Trim().TrimStart('#'), out var number))
            {
                await forwarder.RepeatAsync(number);
            }
            else if (line.Trim().Length > 0)
            {
                session.Print.Note("Enter the number of an exchange to send it again.");
            }
        }
    }
}
