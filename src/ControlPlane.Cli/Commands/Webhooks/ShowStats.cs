using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary><c>hookctl webhooks stats</c></summary>
internal static class ShowStats
{
    public static Command Create(CommandRunner runner)
    {
        var id = new Argument<string>("webhook-id")
        {
            Description = "The webhook, wh_...; without it all webhooks of the tenant.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var window = Flags.Duration("--window", "How far to look back, 60s to 30d. [default: 1h]");
        var bucket = Flags.Duration("--bucket", "How much goes into one row: 60s, for a window of at most 1h, or 1h. [default: what the window allows]");
        var command = new Command("stats", "Shows how attempts ended over time, and what waits now.") { id, window, bucket };
        return runner.Handle(command, async session =>
        {
            var request = new GetWebhookStatsRequest
            {
                WebhookId = session.Get(id) ?? "",
                TenantId = session.Tenant,
                Window = session.Get(window) is { } length ? Duration.FromTimeSpan(length) : null,
                Bucket = session.Get(bucket) is { } size ? Duration.FromTimeSpan(size) : null,
            };
            StatsView.Print(session.Print, await session.Server.Deliveries.GetWebhookStatsAsync(request, session.Call()));
        });
    }
}
