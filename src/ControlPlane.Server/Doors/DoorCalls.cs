using System.Collections.Concurrent;
using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Hardening;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace ControlPlane.Server.Doors;

/// <summary>
/// Calls methods of the services for requests that came through a door, with what they have around them in gRPC: the scope that each
/// asks for, turns at reading, and the bounds on answers that nobody reads.
/// </summary>
internal sealed class DoorCalls(AccessRules rules, ReadTurns turns, UnreadAnswers unread)
{
    private readonly ConcurrentDictionary<MessageDescriptor, string> _names = new();

    /// <summary>Calls a method for the caller of a request, who was let in.</summary>
    /// <param name="context">The request. It may make several calls, one after another.</param>
    /// <param name="method">The method of a service.</param>
    /// <param name="request">What it is asked.</param>
    /// <exception cref="Api.Errors.RequestException">PERMISSION_DENIED if the caller may not call the method, and its own errors.</exception>
    public Task<TResponse> CallAsync<TRequest, TResponse>(
        HttpContext context, UnaryServerMethod<TRequest, TResponse> method, TRequest request)
        where TRequest : class, IMessage
        where TResponse : class, IMessage
    {
        var name = _names.GetOrAdd(request.Descriptor, NameOf);
        if (MethodAuthorization.Refuse(rules.Of(name), Admission.Of(context)!.Caller) is { } refusal)
        {
            throw refusal;
        }

        // What the call before answered has become a part of this request's answer or was let go.
        context.Features.Get<HeldBytes.Charge>()?.Dispose();
        return unread.UnaryServerHandler(
            request, new DoorCall(context, name), (asked, call) => turns.UnaryServerHandler(asked, call, method));
    }

    /// <summary>Every method has a message of its own for its requests, beside its service.</summary>
    private static string NameOf(MessageDescriptor request)
    {
        var method = request.File.Services.SelectMany(service => service.Methods).Single(method => method.InputType == request);
        return $"/{method.Service.FullName}/{method.Name}";
    }
}
