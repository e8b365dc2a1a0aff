using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary><c>hookctl retry-schedule</c></summary>
internal static class ShowRetrySchedule
{
    public static Command Create(CommandRunner runner)
    {
        var retry = new RetryFlags();
        var command = new Command("retry-schedule", "Shows when a delivery that keeps failing would be tried again.");
        retry.AddTo(command);
        return runner.Handle(command, async session =>
        {
            // The schedule comes with the preview of a request, whatever that is.
            var described = new Webhook();
            _ = retry.Apply(session, described);
            var request = new PreviewRequestRequest
            {
                Inline = new() { Secret = "not-a-real-secret", RetryPolicy = described.RetryPolicy },
                Event = new() { Type = "webhook.test", Payload = ByteString.CopyFromUtf8("{}") },
            };
            var answer = await session.Server.Webhooks.PreviewRequestAsync(request, session.Call());
            InspectionView.Print(session.Print, answer.RetrySchedule ?? new RetrySchedule());
        });
    }
}
