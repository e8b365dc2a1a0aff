using ControlPlane.Server.Api.Errors;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>Reads the requests of one method, and refuses those that are too large, have too many entries or are no message.</summary>
internal sealed class CheckedRequests<T>(IMethod method, Marshaller<T> marshaller)
    where T : class
{
    private readonly int _limit = MessageLimits.Of(method);
    private readonly WireCounts? _counts =
        typeof(IMessage).IsAssignableFrom(typeof(T)) ? new(((IMessage)Activator.CreateInstance<T>()).Descriptor) : null;

    /// <exception cref="RpcException">The request is refused.</exception>
    public T Read(DeserializationContext bytes)
    {
        // What came compressed is longer than its frame declared.
        if (bytes.PayloadLength > _limit)
        {
            throw RequestErrors.MessageTooLarge(method.FullName, _limit).ToRpcException();
        }

        try
        {
            _counts?.Check(bytes.PayloadAsReadOnlySequence());
            return marshaller.ContextualDeserializer(bytes);
        }
        catch (RequestException refusal)
        {
            throw refusal.ToRpcException();
        }
        catch (Exception e) when (e is not (RpcException or OutOfMemoryException))
        {
            // Parsing touches nothing but these bytes: whatever it stumbles over is in them.
            throw RequestErrors.MessageMalformed(method.FullName).ToRpcException();
        }
    }
}
