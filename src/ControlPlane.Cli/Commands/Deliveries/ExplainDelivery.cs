using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Deliveries;

/// <summary><c>hookctl deliveries explain</c></summary>
internal static class ExplainDelivery
{
    public static Command Create(CommandRunner runner)
    {
        var id = new Argument<string>("delivery-id") { Description = "The delivery, dlv_...", Arity = ArgumentArity.ZeroOrOne };
        var source = Flags.Text("--event", "Instead of a delivery: this event ...", "ID");
        var webhook = Flags.Text("--webhook", "... and this webhook.", "ID");
        var command = new Command("explain", "Says why an event was delivered to a webhook or not, and why a delivery waits.")
        {
            id, source, webhook,
        };
        command.Validators.Add(result =>
        {
            var (pair, half) = (result.GetResult(source) is not null, result.GetResult(webhook) is not null);
            if (pair != half || pair == result.GetResult(id) is { Tokens.Count: > 0 })
            {
                result.AddError("Give either a delivery's id or both --event and --webhook.");
            }
        });
        return runner.Handle(command, async session =>
        {
            var request = session.Given(source)
                ? new ExplainDeliveryRequest { Pair = new() { EventId = session.Get(source), WebhookId = session.Get(webhook) } }
                : new ExplainDeliveryRequest { DeliveryId = session.Get(id) };
            var answer = await session.Server.Deliveries.ExplainDeliveryAsync(request, session.Call());
            ExplanationView.Print(session.Print, answer);
        });
    }
}
