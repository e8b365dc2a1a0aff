using System.Buffers;
using System.Buffers.Binary;
using ControlPlane.Server.Api.Errors;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// Waits for the one message of a call and looks at its frame before the library does. The length that the frame declares is judged
/// at once against the method's own limit, and charged to connection, caller and process before more of the message is kept. The
/// library takes a frame that cannot be, and a caller that goes away in the middle, for failures of the server: UNKNOWN, and an
/// error in the log that anybody could fill it with. Streams of requests are read by the library alone, and what goes wrong there
/// meets <see cref="ErrorInterceptor"/>.
/// </summary>
internal sealed class FrameGate(RequestDelegate next, UnfinishedBytes unfinished, Func<HttpContext, string?> keyOf)
{
    // A flag and the length (big-endian) before every message.
    private const int PrefixBytes = 5;
    private const int LengthAt = 1;

    /// <summary>A message that came whole and is no longer than this is not charged: its connection's window bounds it.</summary>
    private const int Small = 16 << 10;

    public async Task InvokeAsync(HttpContext context)
    {
        var method = context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method;
        // What is not gRPC over HTTP/2 is refused by the library, which reads nothing of it.
        if (method is null || !HttpProtocol.IsHttp2(context.Request.Protocol) || !IsGrpc(context.Request.ContentType))
        {
            await next(context);
            return;
        }

        HeldBytes.Charge? charge = null;
        try
        {
            var (refusal, held) = method.Type is MethodType.Unary or MethodType.ServerStreaming
                ? await ReadAsync(context, method)
                : await OpenAsync(context, method);
            charge = held;
            if (refusal is not null)
            {
                charge?.Dispose();
                await TrailersOnly.WriteAsync(context.Response, refusal);
                return;
            }

            if (method.Type is MethodType.ServerStreaming)
            {
                // The message is there, and what it asks for can go on for days.
                charge?.Dispose();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The caller is gone, or was cut off because it sent too slowly: nobody waits for an answer.
            charge?.Dispose();
            return;
        }

        context.Features.Set<IRequestBodyPipeFeature>(new ResettableBody(context.Request.BodyReader));
        try
        {
            await next(context);
        }
        finally
        {
            charge?.Dispose();
        }
    }

    private static bool IsGrpc(string? contentType) =>
        contentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>A stream of requests holds one message at a time, for as long as it is open.</summary>
    private async ValueTask<(RequestException? Refusal, HeldBytes.Charge? Charge)> OpenAsync(HttpContext context, IMethod method)
    {
        var charge = await ChargeAsync(context, MessageLimits.Of(method));
        return (charge is null ? RequestErrors.TooMuchUnfinished(UnfinishedBytes.Patience) : null, charge);
    }

    /// <summary>Reads to the end without taking anything, so that the library finds it all; returns what is wrong with the frame.</summary>
    private async ValueTask<(RequestException? Refusal, HeldBytes.Charge? Charge)> ReadAsync(HttpContext context, IMethod method)
    {
        var body = context.Request.BodyReader;
        HeldBytes.Charge? charge = null;
        UnfinishedBytes.ArrivalTime? arrival = null;
        try
        {
            while (true)
            {
                var read = await body.ReadAsync(arrival?.Token ?? context.RequestAborted);
                var buffer = read.Buffer;
                var refusal = Judge(buffer, method, out var declared);
                if (refusal is null && charge is null && declared is { } bytes && !(read.IsCompleted && bytes <= Small))
                {
                    // Nothing is examined while it waits, so that no window opens for more.
                    body.AdvanceTo(buffer.Start, buffer.Start);
                    charge = await ChargeAsync(context, bytes);
                    refusal = charge is null ? RequestErrors.TooMuchUnfinished(UnfinishedBytes.Patience) : null;
                    if (refusal is null)
                    {
                        arrival = unfinished.BeginArrival(context.RequestAborted);
                        continue;
                    }
                }
                else
                {
                    body.AdvanceTo(buffer.Start, buffer.End);
                }

                if (refusal is not null || read.IsCompleted)
                {
                    return (refusal, charge);
                }
            }
        }
        catch (OperationCanceledException) when (arrival is { IsOver: true } && !context.RequestAborted.IsCancellationRequested)
        {
            return (RequestErrors.TooSlow(), charge);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            // Of gRPC-Web, whose connection still takes an answer.
            return (RequestErrors.TooSlow(), charge);
        }
        catch
        {
            charge?.Dispose();
            throw;
        }
        finally
        {
            arrival?.Dispose();
        }
    }

    private ValueTask<HeldBytes.Charge?> ChargeAsync(HttpContext context, int bytes) => unfinished.ChargeAsync(
        context.Connection.Id, keyOf(context), bytes, context.RequestAborted);

    /// <param name="buffer">What there is of the body.</param>
    /// <param name="method">The method.</param>
    /// <param name="declared">How many bytes the message takes, unpacked; null until the prefix is there.</param>
    private static RequestException? Judge(ReadOnlySequence<byte> buffer, IMethod method, out int? declared)
    {
        declared = null;
        if (buffer.Length < PrefixBytes)
        {
            return null;
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[LengthAt..]);
        var limit = MessageLimits.Of(method);
        if (length > limit)
        {
            return RequestErrors.MessageTooLarge(method.FullName, limit);
        }

        // A compressed one can unpack to all that the method allows.
        declared = prefix[0] == 0 ? (int)length : limit;
        return prefix[0] > 1 || buffer.Length > PrefixBytes + length ? RequestErrors.FramingBroken(method.FullName) : null;
    }
}
