using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Http.Features;
using Question = Grpc.Reflection.V1.ServerReflectionRequest.MessageRequestOneofCase;

namespace ControlPlane.Server.Api.Standard;

/// <summary>
/// Answers the questions of the reflection service from a catalogue. What has no answer is answered with an error inside the
/// response; the stream goes on.
/// </summary>
internal sealed class ReflectionResponder(DescriptorCatalog catalog, IHostApplicationLifetime lifetime)
{
    // RFC 9113, 7. A gRPC client reports it as CANCELLED.
    private const int Http2Cancel = 0x8;

    /// <summary>Answers one question.</summary>
    public ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case Question.ListServices:
                response.ListServicesResponse = new ListServiceResponse
                {
                    Service = { catalog.Services.Select(name => new ServiceResponse { Name = name }) },
                };
                break;
            case Question.FileByFilename:
                AddFile(response, catalog.FindFile(request.FileByFilename), request.FileByFilename);
                break;
            case Question.FileContainingSymbol:
                AddFile(response, catalog.FindFileOfSymbol(request.FileContainingSymbol), request.FileContainingSymbol);
                break;
            case Question.FileContainingExtension:
                var wanted = request.FileContainingExtension;
                AddFile(
                    response,
                    catalog.FindFileOfExtension(wanted.ContainingType, wanted.ExtensionNumber),
                    $"extension {wanted.ExtensionNumber} of {wanted.ContainingType}");
                break;
            case Question.AllExtensionNumbersOfType:
                AddNumbers(response, request.AllExtensionNumbersOfType);
                break;
            default:
                response.ErrorResponse = Error(StatusCode.InvalidArgument, "The request asks nothing that is known here.");
                break;
        }

        return response;
    }

    /// <summary>Answers a stream of questions until the client ends it. One that is still open when the server stops is reset.</summary>
    public async Task AnswerAllAsync<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requests,
        IServerStreamWriter<TResponse> responses,
        Func<TRequest, TResponse> answer,
        ServerCallContext context)
    {
        // Not ended well: while the client's half is open, an orderly end races with the closing of the connection, and now and
        // then leaves it open for as long as the server is allowed to stop.
        var stream = context.GetHttpContext().Features.GetRequiredFeature<IHttpResetFeature>();
        await using var stop = lifetime.ApplicationStopping.Register(() => stream.Reset(Http2Cancel));
        await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
        {
            await responses.WriteAsync(answer(request), context.CancellationToken);
        }
    }

    private static void AddFile(ServerReflectionResponse response, FileDescriptor? file, string wanted)
    {
        if (file is null)
        {
            response.ErrorResponse = Error(StatusCode.NotFound, $"Not found: {wanted}.");
            return;
        }

        response.FileDescriptorResponse = new FileDescriptorResponse
        {
            FileDescriptorProto = { DescriptorCatalog.WithImports(file).Select(each => each.SerializedData) },
        };
    }

    private void AddNumbers(ServerReflectionResponse response, string extendedMessage)
    {
        if (catalog.FindExtensionNumbers(extendedMessage) is not { } numbers)
        {
            response.ErrorResponse = Error(StatusCode.NotFound, $"Not found: {extendedMessage}.");
            return;
        }

        response.AllExtensionNumbersResponse = new ExtensionNumberResponse
        {
            BaseTypeName = extendedMessage,
            ExtensionNumber = { numbers },
        };
    }

    private static ErrorResponse Error(StatusCode code, string message) =>
        new() { ErrorCode = (int)code, ErrorMessage = message };
}
