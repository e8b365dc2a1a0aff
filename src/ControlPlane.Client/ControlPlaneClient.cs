using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace ControlPlane.Client;

/// <summary>
/// The clients of all services over one channel. Make one for each key and keep it; it is safe for use by many threads at once.
/// </summary>
/// <remarks>
/// Failed calls throw <see cref="RpcException"/>; <see cref="RpcErrors.Reason"/> gives the server's reason. A watch over reconnects is a
/// <see cref="DeliveryWatch"/>.
/// </remarks>
public sealed class ControlPlaneClient : IDisposable
{
    private const int LargestMessage = 64 * 1024 * 1024;

    private readonly GrpcChannel _channel;

    /// <summary>Makes a client. It connects with the first call.</summary>
    /// <param name="options">Where the server is and how calls are made; read once.</param>
    /// <exception cref="ArgumentException">
    /// The address is not <c>http</c> or <c>https</c> with nothing after the port, or the key holds characters that no key has.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The attempts are not 1 to 5, or the timeout is not positive.</exception>
    public ControlPlaneClient(ClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        _channel = GrpcChannel.ForAddress(
            options.Address,
            new GrpcChannelOptions
            {
                HttpHandler = CreateHandler(options),
                DisposeHttpClient = true,
                MaxReceiveMessageSize = LargestMessage,
                // Otherwise the channel backs off on its own after a failed connection and makes reconnecting slow.
                InitialReconnectBackoff = TimeSpan.FromMilliseconds(50),
                MaxReconnectBackoff = TimeSpan.FromSeconds(1),
                ServiceConfig = Retries.Config(options.MaxAttempts),
                // A batch of events, which has 4 MiB at most, is kept whole until it is answered.
                MaxRetryBufferPerCallSize = 5 * 1024 * 1024,
            });
        Invoker = _channel.Intercept(new CallDefaults(options));
        Webhooks = new(Invoker);
        Events = new(Invoker);
        Deliveries = new(Invoker);
        Admin = new(Invoker);
    }

    /// <summary>Webhooks and event types.</summary>
    public WebhookService.WebhookServiceClient Webhooks { get; }

    /// <summary>Publishing, and the events that are stored.</summary>
    public EventService.EventServiceClient Events { get; }

    /// <summary>Deliveries, redrives and watches.</summary>
    public DeliveryService.DeliveryServiceClient Deliveries { get; }

    /// <summary>Tenants, keys and the server.</summary>
    public AdminService.AdminServiceClient Admin { get; }

    /// <summary>What other generated clients can be made over, such as that of <c>grpc.health.v1.Health</c>.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>Ends what is under way and closes the connections.</summary>
    public void Dispose() => _channel.Dispose();

    private static void Check(ClientOptions options)
    {
        var address = options.Address;
        if (address is not { IsAbsoluteUri: true, Scheme: "http" or "https", PathAndQuery: "/", UserInfo.Length: 0 })
        {
            throw new ArgumentException($"The address \"{address}\" is not like http://127.0.0.1:7400 or https://hooks.example.com.", nameof(options));
        }

        if (options.Key.AsSpan().ContainsAnyExceptInRange('\x21', '\x7e'))
        {
            throw new ArgumentException("The key holds characters that no key has; was a line break copied with it?", nameof(options));
        }

        if (options.MaxAttempts is < 1 or > 5)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxAttempts, "The attempts are not 1 to 5.");
        }

        if (options.Timeout <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Timeout, "The timeout is not positive.");
        }
    }

    private static SocketsHttpHandler CreateHandler(ClientOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            // Proxies do not carry gRPC without TLS, and none is wanted towards this machine.
            UseProxy = options.Address is { Scheme: "https", IsLoopback: false },
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // A watch over a connection that died without a word would wait for ever.
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (options.TrustedAuthorities is { } trusted)
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
