namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// Waits until the connection has taken an answer that <see cref="UnreadAnswers"/> charged. The library would leave it to the server
/// to send, and the call would have ended with all of the answer still in memory.
/// </summary>
internal sealed class AnswerFlush(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Features.Get<HeldBytes.Charge>() is not null)
            {
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone: nobody waits for the rest.
        }
        finally
        {
            context.Features.Get<HeldBytes.Charge>()?.Dispose();
        }
    }
}
