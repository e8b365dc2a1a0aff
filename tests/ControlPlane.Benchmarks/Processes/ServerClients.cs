using ControlPlane.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace ControlPlane.Benchmarks.Processes;

/// <summary>Clients of the services over one channel, with the platform's key unless another is given.</summary>
internal sealed class ServerClients : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly Uri _address;

    public ServerClients(Uri address, string key = MeasuredServer.PlatformKey)
    {
        _address = address;
        _channel = GrpcChannel.ForAddress(
            address,
            new GrpcChannelOptions
            {
                HttpHandler = new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true },
                DisposeHttpClient = true,
            });
        var invoker = _channel.Intercept(headers =>
        {
            headers.Add("authorization", $"Bearer {key}");
            return headers;
        });
        Webhooks = new(invoker);
        Events = new(invoker);
        Deliveries = new(invoker);
        Admin = new(invoker);
        Health = new(_channel);
    }

    public WebhookService.WebhookServiceClient Webhooks { get; }

    public EventService.EventServiceClient Events { get; }

    public DeliveryService.DeliveryServiceClient Deliveries { get; }

    public AdminService.AdminServiceClient Admin { get; }

    public Health.HealthClient Health { get; }

    /// <summary>Makes a tenant; returns clients with a key of it that may do everything.</summary>
    public async Task<ServerClients> CreateTenantAsync(string name, CancellationToken cancellationToken)
    {
        var made = await Admin.CreateTenantAsync(new() { Tenant = new() { Name = name } }, cancellationToken: cancellationToken);
        return await ConnectAsync(made.Tenant.Id, cancellationToken);
    }

    /// <summary>The same for the tenant with an id, which is made if there is none.</summary>
    public async Task<ServerClients> ConnectToTenantAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await Admin.CreateTenantAsync(new() { Tenant = new() { Id = id } }, cancellationToken: cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            // As it should be after the first time.
        }

        return await ConnectAsync(id, cancellationToken);
    }

    public void Dispose() => _channel.Dispose();

    private async Task<ServerClients> ConnectAsync(string tenantId, CancellationToken cancellationToken)
    {
        string[] scopes = ["webhooks.read", "webhooks.write", "events.publish", "events.read", "deliveries.read", "deliveries.write"];
        var key = await Admin.CreateApiKeyAsync(
            new() { ApiKey = new() { TenantId = tenantId, Scopes = { scopes } } }, cancellationToken: cancellationToken);
        return new(_address, key.Secret);
    }
}
