using System.CommandLine;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary><c>hookctl webhooks probe</c></summary>
internal static class ProbeWebhook
{
    // A probe may take 60 s, and the answer comes after it.
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(90);

    public static Command Create(CommandRunner runner)
    {
        var target = new Argument<string>("target") { Description = "The webhook, wh_..., or an https URL." };
        var command = new Command(
            "probe", "Connects to a receiver up to the TLS handshake and sends nothing; exit code 1 if requests could not be made.")
        {
            target,
        };
        return runner.Handle(command, async session =>
        {
            var text = session.Get(target);
            var request = text.Contains(':', StringComparison.Ordinal)
                ? new ProbeWebhookRequest { Url = text }
                : new ProbeWebhookRequest { WebhookId = text };
            var probe = await session.Server.Webhooks.ProbeWebhookAsync(request, session.Call(UsualTimeout));
            InspectionView.Print(session.Print, probe);
            if (probe.Failure is FailureKind.Unspecified)
            {
                return ExitCodes.Ok;
            }

            session.Print.Note($"The probe failed: {SafeText.Line(probe.FailureMessage)}");
            return ExitCodes.Failed;
        });
    }
}
