using System.CommandLine;
using ControlPlane.Cli.Commands.Webhooks;

namespace ControlPlane.Cli.Commands;

/// <summary><c>hookctl webhooks</c></summary>
internal static class WebhookCommands
{
    public static Command Create(CommandRunner runner) => new("webhooks", "Endpoints that receive events.")
    {
        CreateWebhook.Create(runner),
        ReadWebhooks.CreateList(runner),
        ReadWebhooks.CreateGet(runner),
        UpdateWebhook.Create(runner),
        UpsertWebhook.Create(runner),
        DeleteWebhook.Create(runner),
        RotateSecret.Create(runner),
        TestWebhook.Create(runner),
        ProbeWebhook.Create(runner),
        PreviewRequest.Create(runner),
        ShowStats.Create(runner),
    };

    public static Argument<string> Id() => new("webhook-id") { Description = "The webhook, wh_..." };
}
