using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using HealthListRequest = ControlPlane.Server.Api.Standard.Protocol.HealthListRequest;
using HealthListResponse = ControlPlane.Server.Api.Standard.Protocol.HealthListResponse;

namespace ControlPlane.Server.Api.Standard;

/// <summary>
/// The standard health service: that of Grpc.HealthCheck, and what it lacks: List, and watches that end with NOT_SERVING and OK when
/// the server shuts down. Grpc.AspNetCore.HealthChecks ends watches too, but keeps something of each until then, and anybody may
/// watch.
/// </summary>
[BindServiceMethod(typeof(HealthGrpcService), nameof(BindService))]
internal sealed class HealthGrpcService(HealthState state, IHostApplicationLifetime lifetime) : Health.HealthBase
{
    public static readonly Method<HealthListRequest, HealthListResponse> ListMethod = new(
        MethodType.Unary, Health.Descriptor.FullName, nameof(List), MarshallerOf(HealthListRequest.Parser), MarshallerOf(HealthListResponse.Parser));

    /// <summary>The descriptor with every method, List too. JSON transcoding finds it by reflection, and logs a warning without it.</summary>
    public static Google.Protobuf.Reflection.ServiceDescriptor Descriptor { get; } = Protocol.HealthReflection.Descriptor.Services[0];

    /// <summary>Names the methods of the service. gRPC calls it by reflection.</summary>
    public static void BindService(ServiceBinderBase binder, HealthGrpcService? service)
    {
        Health.BindService(binder, service);
        binder.AddMethod(ListMethod, service is null ? null : service.List);
    }

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        state.Statuses.Check(request, context);

    public async Task<HealthListResponse> List(HealthListRequest request, ServerCallContext context)
    {
        var response = new HealthListResponse();
        foreach (var service in state.Services)
        {
            var one = await state.Statuses.Check(new HealthCheckRequest { Service = service }, context);
            response.Statuses.Add(service, new() { Status = (Protocol.HealthCheckResponse.Types.ServingStatus)one.Status });
        }

        return response;
    }

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        await state.Statuses.Watch(request, responseStream, new EndedCallContext(context, ended.Token));
        if (!context.CancellationToken.IsCancellationRequested)
        {
            await responseStream.WriteAsync(new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.NotServing });
        }
    }

    private static Marshaller<T> MarshallerOf<T>(MessageParser<T> parser)
        where T : class, IMessage<T> => Marshallers.Create(message => message.ToByteArray(), parser.ParseFrom);
}
