using ControlPlane.Client;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Cli.Connection;

/// <summary>The clients of a server, and how calls to it are made.</summary>
internal sealed class ServerConnection : IDisposable
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private readonly ControlPlaneClient _client;
    private readonly ConnectionSettings _settings;
    private readonly TimeProvider _time;

    public ServerConnection(ConnectionSettings settings, TimeProvider time)
    {
        (_settings, _time) = (settings, time);
        _client = new ControlPlaneClient(new ClientOptions
        {
            Address = settings.Address,
            Key = settings.Key,
            TrustedAuthorities = settings.Trusted,
            Timeout = null,
            // Whoever waits at a terminal is told at once.
            MaxAttempts = 1,
        });
        Health = new(_client.Invoker);
    }

    public WebhookService.WebhookServiceClient Webhooks => _client.Webhooks;

    public EventService.EventServiceClient Events => _client.Events;

    public DeliveryService.DeliveryServiceClient Deliveries => _client.Deliveries;

    public AdminService.AdminServiceClient Admin => _client.Admin;

    public Grpc.Health.V1.Health.HealthClient Health { get; }

    public Uri Address => _settings.Address;

    public bool HasKey => _settings.Key.Length > 0;

    /// <summary>Options of a call that answers once, within <paramref name="usual"/> (30 s) unless the user set another time.</summary>
    public CallOptions Call(CancellationToken cancellationToken, TimeSpan? usual = null) =>
        new(deadline: Deadline(_settings.Timeout ?? usual ?? DefaultTimeout), cancellationToken: cancellationToken);

    /// <summary>A watch that tells in words when its connection ends and when there is one again.</summary>
    public DeliveryWatch Watch(Action<string> note) =>
        new(Deliveries, _time, connected => note(connected ? "watching again" : "the stream ended; connecting again"));

    public void Dispose() => _client.Dispose();

    private DateTime Deadline(TimeSpan timeout)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return timeout < DateTime.MaxValue - now ? now + timeout : DateTime.MaxValue;
    }
}
