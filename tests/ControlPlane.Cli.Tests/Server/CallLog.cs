using System.Collections.Concurrent;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace ControlPlane.Cli.Tests.Server;

/// <summary>What a watch of the test server does.</summary>
internal delegate Task WatchScript(
    WatchDeliveriesRequest request, IServerStreamWriter<WatchDeliveriesResponse> stream, ServerCallContext context);

/// <summary>What the test server was asked, and what it answers.</summary>
internal sealed class CallLog
{
    private readonly ConcurrentDictionary<Type, Func<IMessage, IMessage>> _answers = new();

    public ConcurrentQueue<(IMessage Request, Metadata Headers, DateTime Deadline)> Calls { get; } = new();

    /// <summary>What successive watches do; the last one repeats.</summary>
    public ConcurrentQueue<WatchScript> Watches { get; } = new();

    public IEnumerable<IMessage> Requests => Calls.Select(call => call.Request);

    /// <summary>Says how requests of a type are answered; without it, an empty resource is given.</summary>
    public void Answer<TRequest>(Func<TRequest, IMessage> answer)
        where TRequest : IMessage =>
        _answers[typeof(TRequest)] = request => answer((TRequest)request);

    public void Fail<TRequest>(StatusCode code, string message, params IMessage[] details)
        where TRequest : IMessage =>
        Answer<TRequest>(_ => throw Failures.Of(code, message, details));

    /// <summary>The only request of a type.</summary>
    public TRequest Single<TRequest>() => Requests.OfType<TRequest>().Single();

    internal Task<TResponse> TakeAsync<TResponse>(IMessage request, ServerCallContext context)
        where TResponse : IMessage, new()
    {
        Calls.Enqueue((request, context.RequestHeaders, context.Deadline));
        return Task.FromResult(
            _answers.TryGetValue(request.GetType(), out var answer) ? (TResponse)answer(request) : Empty<TResponse>());
    }

    internal Task WatchAsync(
        WatchDeliveriesRequest request, IServerStreamWriter<WatchDeliveriesResponse> stream, ServerCallContext context)
    {
        Calls.Enqueue((request, context.RequestHeaders, context.Deadline));
        var script = Watches.Count > 1 && Watches.TryDequeue(out var next) ? next : Watches.TryPeek(out var last) ? last : null;
        return script?.Invoke(request, stream, context) ?? Task.CompletedTask;
    }

    // A server that answers always answers with the resource.
    private static TResponse Empty<TResponse>()
        where TResponse : IMessage, new()
    {
        var response = new TResponse();
        foreach (var field in response.Descriptor.Fields.InDeclarationOrder())
        {
            if (field is { FieldType: FieldType.Message, IsRepeated: false } && field.MessageType.File.Package == "controlplane.v1")
            {
                field.Accessor.SetValue(response, field.MessageType.Parser.ParseFrom(ByteString.Empty));
            }
        }

        return response;
    }
}
