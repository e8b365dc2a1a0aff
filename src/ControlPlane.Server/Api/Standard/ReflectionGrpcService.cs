using Grpc.Core;
using Grpc.Reflection.V1;

namespace ControlPlane.Server.Api.Standard;

/// <summary>The standard reflection service.</summary>
internal sealed class ReflectionGrpcService(ReflectionResponder responder) : ServerReflection.ServerReflectionBase
{
    public override Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context) => responder.AnswerAllAsync(requestStream, responseStream, responder.Answer, context);
}
