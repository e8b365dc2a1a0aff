using System.CommandLine;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary><c>hookctl webhooks test</c></summary>
internal static class TestWebhook
{
    // An attempt may take 60 s, and the answer comes after it.
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(90);

    public static Command Create(CommandRunner runner)
    {
        var id = WebhookCommands.Id();
        var type = Flags.Text("--type", "The type of the test event. [default: webhook.test]", "TYPE");
        var data = Flags.Text("--data", "Its JSON payload: the text, @FILE, or - for stdin.", "DATA");
        var command = new Command("test", "Sends one signed test request now; exit code 1 if the receiver failed.") { id, type, data };
        return runner.Handle(command, async session =>
        {
            var request = new TestWebhookRequest { WebhookId = session.Get(id), EventType = session.Get(type) };
            if (session.Given(data))
            {
                request.Payload = ByteString.CopyFrom(await InputBytes.ReadDataAsync(session, session.Get(data)));
            }

            var delivery = (await session.Server.Webhooks.TestWebhookAsync(request, session.Call(UsualTimeout))).Delivery;
            DeliveryView.PrintWithAttempts(session.Print, delivery);
            if (delivery.State is DeliveryState.Succeeded)
            {
                return ExitCodes.Ok;
            }

            var why = delivery.Attempts.LastOrDefault() is { } attempt ? DeliveryView.Outcome(attempt).Text : EnumText.Format(delivery.State);
            session.Print.Note($"The test failed: {SafeText.Line(why)}");
            return ExitCodes.Failed;
        });
    }
}
