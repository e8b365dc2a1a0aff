using Google.Protobuf;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;

namespace ControlPlane.Server.Api.Standard;

/// <summary>
/// The reflection service under its former name. Its messages are those of v1 byte for byte, so they are answered as such.
/// </summary>
internal sealed class ReflectionV1AlphaGrpcService(ReflectionResponder responder) : ServerReflection.ServerReflectionBase
{
    public override Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context) => responder.AnswerAllAsync(requestStream, responseStream, Answer, context);

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var question = Grpc.Reflection.V1.ServerReflectionRequest.Parser.ParseFrom(request.ToByteString());
        return ServerReflectionResponse.Parser.ParseFrom(responder.Answer(question).ToByteString());
    }
}
