using System.IO.Pipelines;
using ControlPlane.Server.Api.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// A body whose caller can still go away after all of it came. The library takes what reading it throws then for a failure of the
/// server, with an error in the log, unless it is CANCELLED.
/// </summary>
internal sealed class ResettableBody(PipeReader body) : PipeReader, IRequestBodyPipeFeature
{
    public PipeReader Reader => this;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await body.ReadAsync(cancellationToken);
        }
        catch (Exception e) when (IsReset(e))
        {
            throw RequestErrors.Cancelled().ToRpcException();
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        try
        {
            return body.TryRead(out result);
        }
        catch (Exception e) when (IsReset(e))
        {
            throw RequestErrors.Cancelled().ToRpcException();
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        try
        {
            body.AdvanceTo(consumed, examined);
        }
        catch (Exception e) when (IsReset(e))
        {
            throw RequestErrors.Cancelled().ToRpcException();
        }
    }

    public override void CancelPendingRead() => body.CancelPendingRead();

    public override void Complete(Exception? exception = null) => body.Complete(exception);

    /// <summary>The server's listener says either of a stream that was reset.</summary>
    private static bool IsReset(Exception exception) => exception is IOException and not BadHttpRequestException or OperationCanceledException;
}
