// Registers a webhook, publishes an event, watches until it is delivered, changes the webhook and deletes it.
using ControlPlane.Client;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

var url = args.ElementAtOrDefault(0) ?? "https://example.com/hook";
using var client = new ControlPlaneClient(new ClientOptions
{
    Address = new Uri(Environment.GetEnvironmentVariable("CONTROLPLANE_ADDRESS") ?? "http://127.0.0.1:7400"),
    Key = Environment.GetEnvironmentVariable("CONTROLPLANE_KEY") ?? "",
});

// Manage: the secret is shown this once; the receiver verifies with it.
var created = await client.Webhooks.CreateWebhookAsync(new()
{
    Webhook = new() { Name = "example", Url = url, EventTypes = { "example.*" } },
});
var webhook = created.Webhook;
Console.WriteLine($"created   {webhook.Id}, its secret has {created.Secret.Length} characters");

// Watch: from a moment before the publish, so that nothing is missed however fast it goes.
var start = Timestamp.FromDateTimeOffset(webhook.CreateTime.ToDateTimeOffset());
using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
var watch = new DeliveryWatch(client.Deliveries);

// Publish: accepted means that it is stored; repeating it with the same id takes effect once.
var published = await client.Events.PublishEventAsync(new()
{
    Event = new() { Id = $"csharp-{Guid.NewGuid():N}", Type = "example.created", Payload = ByteString.CopyFromUtf8("""{"hello":"from C#"}""") },
});
Console.WriteLine($"published {published.Event.Id} to {published.DeliveryCount}");

await foreach (var message in watch.RunAsync(new() { WebhookId = webhook.Id, StartTime = start }, limit.Token))
{
    if (message.Delivery is { } delivery)
    {
        Console.WriteLine($"watched   {delivery.Id} {delivery.State} after {delivery.AttemptCount}");
        if (delivery.State is DeliveryState.Succeeded or DeliveryState.Dead)
        {
            break;
        }
    }
}

await client.Webhooks.UpdateWebhookAsync(new()
{
    Webhook = new() { Id = webhook.Id, Name = "renamed" },
    UpdateMask = new FieldMask { Paths = { "name" } },
});
await client.Webhooks.DeleteWebhookAsync(new() { WebhookId = webhook.Id });
Console.WriteLine("deleted");
return limit.IsCancellationRequested ? 1 : 0;
