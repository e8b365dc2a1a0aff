using ControlPlane.Benchmarks.Processes;
using ControlPlane.V1;

namespace ControlPlane.Benchmarks.Load;

/// <summary>Webhooks each of which receives one event type that no other one does, so that an event makes one delivery.</summary>
internal sealed class Hooks
{
    private readonly string[] _types;
    private readonly string[] _ids;

    private Hooks(string[] types, string[] ids) => (_types, _ids) = (types, ids);

    public int Count => _types.Length;

    public IReadOnlyList<string> Ids => _ids;

    /// <summary>The type of the event that makes the delivery of this number; the webhooks take turns.</summary>
    public string TypeOf(long number) => _types[number % _types.Length];

    /// <summary>Registers webhooks.</summary>
    /// <param name="clients">The server.</param>
    /// <param name="name">Tells them from other ones of the same server.</param>
    /// <param name="urls">Where to, one per webhook.</param>
    /// <param name="maxInFlight">The webhooks' limit; 0 for the server's default.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Hooks> CreateAsync(
        ServerClients clients, string name, IEnumerable<string> urls, int maxInFlight, CancellationToken cancellationToken)
    {
        List<string> types = [];
        List<string> ids = [];
        foreach (var url in urls)
        {
            var type = $"bench.{name}.{types.Count}";
            var created = await clients.Webhooks.CreateWebhookAsync(
                new() { Webhook = new() { Url = url, EventTypes = { type }, MaxInFlight = maxInFlight } },
                cancellationToken: cancellationToken);
            types.Add(type);
            ids.Add(created.Webhook.Id);
        }

        return new Hooks([.. types], [.. ids]);
    }

    /// <summary>Removes them; what waits for them is cancelled.</summary>
    public async Task DeleteAsync(ServerClients clients, CancellationToken cancellationToken)
    {
        foreach (var id in _ids)
        {
            await clients.Webhooks.DeleteWebhookAsync(new DeleteWebhookRequest { WebhookId = id }, cancellationToken: cancellationToken);
        }
    }
}
