using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Question = Grpc.Reflection.V1.ServerReflectionRequest.MessageRequestOneofCase;

namespace ControlPlane.Server.Rpc;

/// <summary>
/// Answers the questions of the reflection service from a catalogue. What has no answer is answered with an error inside the
/// response; the stream goes on.
/// </summary>
internal sealed class ReflectionResponder(DescriptorCatalog catalog, IHostApplicationLifetime lifetime)
{
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

    /// <summary>Answers a stream of questions until the client ends it or the server shuts down.</summary>
    public async Task AnswerAllAsync<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requests,
        IServerStreamWriter<TResponse> responses,
        Func<TRequest, TResponse> answer,
        ServerCallContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            while (await requests.MoveNext(end.Token))
            {
                await responses.WriteAsync(answer(requests.Current), end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Tools keep the stream open while they run; neither their leaving nor our stopping is a failure.
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

    private static ErrorResponse Error(StatusCode code, string message) => new() { ErrorCode = (int)code, ErrorMessage = message };
}
