using System.Buffers;
using System.Buffers.Binary;
using ControlPlane.Server.Api.Errors;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// Waits for the one message of a call and looks at its frame before the library does, which takes a frame that cannot be, and a
/// caller that goes away in the middle, for failures of the server: UNKNOWN, and an error in the log that anybody could fill it
/// with. Streams of requests are read by the library alone, and what goes wrong there meets <see cref="ErrorInterceptor"/>.
/// </summary>
internal sealed class FrameGate(RequestDelegate next)
{
    /// <summary>How large a message of a request may be, unpacked.</summary>
    public const int MaxMessageBytes = 4 << 20;

    // A flag and the length (big-endian) before every message.
    private const int PrefixBytes = 5;
    private const int LengthAt = 1;

    public async Task InvokeAsync(HttpContext context)
    {
        var method = context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method;
        if (method?.Type is not (MethodType.Unary or MethodType.ServerStreaming))
        {
            await next(context);
            return;
        }

        try
        {
            if (await ReadAsync(context, method) is { } refusal)
            {
                await TrailersOnly.WriteAsync(context.Response, refusal);
                return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The caller is gone, or was cut off because it sent too slowly: nobody waits for an answer.
            return;
        }

        await next(context);
    }

    /// <summary>Reads to the end without taking anything, so that the library finds it all; answers what is wrong with the frame.</summary>
    private static async ValueTask<RequestException?> ReadAsync(HttpContext context, IMethod method)
    {
        var body = context.Request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(context.RequestAborted);
            var refusal = Judge(read.Buffer, method);
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (refusal is not null || read.IsCompleted)
            {
                return refusal;
            }
        }
    }

    private static RequestException? Judge(ReadOnlySequence<byte> buffer, IMethod method)
    {
        if (buffer.Length < PrefixBytes)
        {
            return null;
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[LengthAt..]);
        return length > MaxMessageBytes ? RequestErrors.MessageTooLarge(method.FullName, MaxMessageBytes)
            : prefix[0] > 1 || buffer.Length > PrefixBytes + length ? RequestErrors.FramingBroken(method.FullName)
            : null;
    }
}
