using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary><c>hookctl webhooks preview</c></summary>
internal static class PreviewRequest
{
    public static Command Create(CommandRunner runner)
    {
        var id = new Argument<string>("webhook-id")
        {
            Description = "The webhook, wh_...; left out, --dialect and a secret describe one.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var dialect = Flags.Text("--dialect", "How requests are signed: standard-webhooks, svix, ...", "NAME");
        var (secret, retry) = (new SecretOptions(), new RetryFlags());
        var type = Flags.Text("--type", "The event's type.", "TYPE");
        var data = Flags.Text("--data", "Its payload: the text, @FILE, or - for stdin.", "DATA");
        type.Required = data.Required = true;
        var instance = Flags.Text("--instance", "Its instance.", "INSTANCE");
        var contentType = Flags.Text("--content-type", "The payload's media type. [default: application/json]", "TYPE");
        var labels = Flags.Pairs("--label", "An annotation, for the webhook's filter.");
        var eventId = Flags.Text("--event-id", "Its id. [default: made up]", "ID");
        var command = new Command("preview", "Shows the very request that an event would be sent as now; sends nothing.")
        {
            id, type, data, instance, contentType, labels, eventId, dialect,
        };
        secret.AddTo(command);
        retry.AddTo(command);
        return runner.Handle(command, async session =>
        {
            var request = new PreviewRequestRequest
            {
                Event = new Event
                {
                    Id = session.Get(eventId),
                    Type = session.Get(type),
                    Instance = session.Get(instance),
                    ContentType = session.Get(contentType),
                    Payload = ByteString.CopyFrom(await InputBytes.ReadDataAsync(session, session.Get(data))),
                },
            };
            request.Event.Labels.Add(session.Get(labels).ToDictionary(label => label.Key, label => label.Value));
            if (session.Get(id) is { Length: > 0 } webhookId)
            {
                request.WebhookId = webhookId;
            }
            else
            {
                request.Inline = new() { Dialect = session.Get(dialect), Secret = await secret.ReadAsync(session) };
                var described = new Webhook();
                _ = retry.Apply(session, described);
                request.Inline.RetryPolicy = described.RetryPolicy;
            }

            var answer = await session.Server.Webhooks.PreviewRequestAsync(request, session.Call());
            InspectionView.Print(session.Print, answer);
        });
    }
}
