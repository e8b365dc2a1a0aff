using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;
using Grpc.AspNetCore.Server;

namespace ControlPlane.Server.Access;

/// <summary>
/// Turns away who has no valid key before anything of the request is read: the library reads the whole message before
/// <see cref="AccessInterceptor"/> decides, and strangers could keep memory busy with messages that they never finish.
/// </summary>
internal sealed class KeyGate(RequestDelegate next, AccessRules rules, ApiKeys keys)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is { } method
            && rules.Of(method.Method.FullName).Scope is not null
            && await RefusalAsync(context) is { } refusal)
        {
            await TrailersOnly.WriteAsync(context.Response, refusal);
            return;
        }

        await next(context);
    }

    private async ValueTask<RequestException?> RefusalAsync(HttpContext context)
    {
        try
        {
            await keys.AuthenticateAsync(PresentedKey.Of(context), context.RequestAborted);
            return null;
        }
        catch (RequestException refusal)
        {
            return refusal;
        }
        catch (Exception e) when (e is StorageUnavailableException or OperationCanceledException)
        {
            // The interceptor asks again, and words what it comes to.
            return null;
        }
    }
}
