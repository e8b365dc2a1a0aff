using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary><c>hookctl webhooks rotate-secret</c></summary>
internal static class RotateSecret
{
    public static Command Create(CommandRunner runner)
    {
        var (id, secret) = (WebhookCommands.Id(), new SecretOptions());
        var grace = Flags.Duration("--grace", "How long the secrets before it go on signing, 0s to 7d. [default: 24h]");
        var etag = Flags.Text("--etag", "Fail if the webhook was changed since this etag was read.", "ETAG");
        var algorithm = WebhookFlags.SignatureAlgorithmFlag();
        var command = new Command("rotate-secret", "Gives a webhook a new secret and shows it, this once.") { id, grace, etag, algorithm };
        secret.AddTo(command);
        return runner.Handle(command, async session =>
        {
            var request = new RotateSecretRequest
            {
                WebhookId = session.Get(id),
                Secret = await secret.ReadAsync(session),
                Etag = session.Get(etag),
                SignatureAlgorithm = session.Get(algorithm),
                GracePeriod = session.Get(grace) is { } period ? Duration.FromTimeSpan(period) : null,
            };
            var answer = await session.Server.Webhooks.RotateSecretAsync(request, session.Call());
            session.Print.Item(answer, WebhookView.Fields(answer.Webhook, answer.Secret));
            session.Print.Note("Keep the secret now: it is not shown again.");
        });
    }
}
