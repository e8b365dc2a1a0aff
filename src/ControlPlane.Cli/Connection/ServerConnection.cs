using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace ControlPlane.Cli.Connection;

/// <summary>A channel to the server and what every call over it carries.</summary>
internal sealed class ServerConnection : IDisposable
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);
    private const int LargestMessage = 64 * 1024 * 1024;

    private readonly GrpcChannel _channel;
    private readonly ConnectionSettings _settings;
    private readonly TimeProvider _time;

    public ServerConnection(ConnectionSettings settings, TimeProvider time)
    {
        (_settings, _time) = (settings, time);
        _channel = GrpcChannel.ForAddress(
            settings.Address,
            new GrpcChannelOptions
            {
                HttpHandler = CreateHandler(settings),
                DisposeHttpClient = true,
                MaxReceiveMessageSize = LargestMessage,
                // Otherwise the channel backs off on its own after a failed connection and makes reconnecting slow.
                InitialReconnectBackoff = TimeSpan.FromMilliseconds(50),
                MaxReconnectBackoff = TimeSpan.FromSeconds(1),
            });
        Webhooks = new(_channel);
        Events = new(_channel);
        Deliveries = new(_channel);
        Admin = new(_channel);
        Health = new(_channel);
    }

    public WebhookService.WebhookServiceClient Webhooks { get; }

    public EventService.EventServiceClient Events { get; }

    public DeliveryService.DeliveryServiceClient Deliveries { get; }

    public AdminService.AdminServiceClient Admin { get; }

    public Grpc.Health.V1.Health.HealthClient Health { get; }

    public Uri Address => _settings.Address;

    public bool HasKey => _settings.Key.Length > 0;

    /// <summary>Options of a call that answers once, within <paramref name="usual"/> (30 s) unless the user set another time.</summary>
    public CallOptions Call(CancellationToken cancellationToken, TimeSpan? usual = null) =>
        Stream(cancellationToken).WithDeadline(Deadline(_settings.Timeout ?? usual ?? DefaultTimeout));

    /// <summary>Options of a call that stays open.</summary>
    public CallOptions Stream(CancellationToken cancellationToken)
    {
        var headers = new Metadata();
        if (HasKey)
        {
            headers.Add("authorization", $"Bearer {_settings.Key}");
        }

        return new CallOptions(headers, cancellationToken: cancellationToken);
    }

    public void Dispose() => _channel.Dispose();

    private DateTime Deadline(TimeSpan timeout)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return timeout < DateTime.MaxValue - now ? now + timeout : DateTime.MaxValue;
    }

    private static SocketsHttpHandler CreateHandler(ConnectionSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            // Proxies do not carry gRPC without TLS, and none is wanted towards this machine.
            UseProxy = settings.Address is { Scheme: "https", IsLoopback: false },
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // A watch over a connection that died without a word would wait for ever.
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (settings.Trusted is { } trusted)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.AddRange(trusted);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        return handler;
    }
}
