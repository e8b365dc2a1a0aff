using ControlPlane.Server.Api.Errors;
using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ControlPlane.Server.Api.Standard;

/// <summary>
/// The standard health service over <see cref="HealthState"/>. Check answers NOT_FOUND for an unknown service; Watch answers
/// SERVICE_UNKNOWN and goes on, and ends with OK when the server shuts down.
/// </summary>
internal sealed class HealthGrpcService(HealthState state) : Health.HealthBase
{
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        state.Current.Statuses.TryGetValue(request.Service, out var status)
            ? Task.FromResult(new HealthCheckResponse { Status = status })
            : throw new RpcException(new Status(StatusCode.NotFound, $"There is no service '{ErrorText.Shorten(request.Service)}'."));

    public override Task<HealthListResponse> List(HealthListRequest request, ServerCallContext context)
    {
        var response = new HealthListResponse();
        foreach (var (service, status) in state.Current.Statuses)
        {
            response.Statuses.Add(service, new HealthCheckResponse { Status = status });
        }

        return Task.FromResult(response);
    }

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        var token = context.CancellationToken;
        ServingStatus? sent = null;
        try
        {
            while (true)
            {
                var now = state.Current;
                var status = now.Statuses.GetValueOrDefault(request.Service, ServingStatus.ServiceUnknown);
                if (status != sent)
                {
                    await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, token);
                    sent = status;
                }

                if (now.IsFinal)
                {
                    return;
                }

                await now.Superseded.WaitAsync(token);
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // The client stopped watching, which is how a watch usually ends.
        }
    }
}
