using ControlPlane.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace ControlPlane.Testing;

/// <summary>Clients of all services over one connection, with one key.</summary>
public sealed class Clients : IDisposable
{
    private const int LargestMessage = 64 << 20;

    private readonly GrpcChannel _channel;

    /// <summary>Makes clients.</summary>
    /// <param name="address">Of the listener.</param>
    /// <param name="key">The API key; null for none.</param>
    /// <param name="handler">Makes their connections; null for one that makes them directly.</param>
    public Clients(Uri address, string? key, HttpMessageHandler? handler = null)
    {
        _channel = GrpcChannel.ForAddress(
            address,
            new GrpcChannelOptions
            {
                HttpHandler = handler ?? new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true },
                DisposeHttpClient = true,
                MaxReceiveMessageSize = LargestMessage,
            });
        Invoker = _channel.Intercept(new CallDefaults(key));
        Webhooks = new(Invoker);
        Events = new(Invoker);
        Deliveries = new(Invoker);
        Admin = new(Invoker);
    }

    /// <summary>For services and methods that have no client here.</summary>
    public CallInvoker Invoker { get; }

    public WebhookService.WebhookServiceClient Webhooks { get; }

    public EventService.EventServiceClient Events { get; }

    public DeliveryService.DeliveryServiceClient Deliveries { get; }

    public AdminService.AdminServiceClient Admin { get; }

    public void Dispose() => _channel.Dispose();
}
