using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Hardening;
using Microsoft.AspNetCore.Connections;

namespace ControlPlane.Server.Doors;

/// <summary>
/// Waits for the whole body of a request and bounds it before anything reads it: by the endpoint's limit, judged at once where the
/// request says its length, and by what connection, caller and process may have under way. Leaves the body where it is.
/// </summary>
internal sealed class BodyGate(RequestDelegate next, UnfinishedBytes unfinished)
{
    /// <summary>A body that came whole and is no longer than this is not charged.</summary>
    private const int Small = 16 << 10;

    public async Task InvokeAsync(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<BodyLimit>() is not { } limit)
        {
            await next(context);
            return;
        }

        IDisposable? charge = null;
        try
        {
            (var refusal, charge, var isGone) = await ReadAsync(context, limit.Bytes);
            if (refusal is not null)
            {
                await metadata.GetRequiredMetadata<IErrorShape>().WriteAsync(context, refusal);
                return;
            }

            if (!isGone && !context.RequestAborted.IsCancellationRequested)
            {
                await next(context);
            }
        }
        catch (Exception e) when (e is ConnectionResetException or ConnectionAbortedException)
        {
            // The caller went away after all of it came. The listener would take that for a failure of the server, with an error in the log.
        }
        finally
        {
            charge?.Dispose();
        }
    }

    /// <summary>Reads to the end without taking anything; returns why the body is refused, and whether the caller is gone.</summary>
    private async ValueTask<(RequestException? Refusal, IDisposable? Charge, bool IsGone)> ReadAsync(HttpContext context, int limit)
    {
        var length = context.Request.ContentLength;
        if (length > limit)
        {
            return (RequestErrors.MessageTooLarge(context.Request.Path, limit), null, false);
        }

        IDisposable? charge = null;
        UnfinishedBytes.ArrivalTime? arrival = null;
        var body = context.Request.BodyReader;
        try
        {
            while (true)
            {
                var read = await body.ReadAsync(arrival?.Token ?? context.RequestAborted);
                var buffer = read.Buffer;
                if (buffer.Length > limit)
                {
                    body.AdvanceTo(buffer.Start, buffer.End);
                    return (RequestErrors.MessageTooLarge(context.Request.Path, limit), charge, false);
                }

                if (charge is not null || (read.IsCompleted && buffer.Length <= Small))
                {
                    body.AdvanceTo(buffer.Start, buffer.End);
                    if (read.IsCompleted)
                    {
                        return (null, charge, false);
                    }

                    continue;
                }

                // Nothing is examined while it waits, so that no more is taken from the connection.
                body.AdvanceTo(buffer.Start, buffer.Start);
                charge = await unfinished.ChargeAsync(
                    context.Connection.Id, Admission.Of(context)?.Caller.KeyId, (int)(length ?? limit), context.RequestAborted);
                if (charge is null)
                {
                    return (RequestErrors.TooMuchUnfinished(UnfinishedBytes.Patience), null, false);
                }

                arrival = unfinished.BeginArrival(context.RequestAborted);
            }
        }
        catch (BadHttpRequestException e)
        {
            return (e.StatusCode == StatusCodes.Status408RequestTimeout ? RequestErrors.TooSlow() : RequestErrors.BodyBroken(), charge, false);
        }
        catch (OperationCanceledException) when (arrival is { IsOver: true } && !context.RequestAborted.IsCancellationRequested)
        {
            return (RequestErrors.TooSlow(), charge, false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Nobody waits for an answer. The request's token can learn of it later.
            return (null, charge, true);
        }
        finally
        {
            arrival?.Dispose();
        }
    }
}
