using ControlPlane.Server.Api.Errors;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace ControlPlane.Server.Access;

/// <summary>Ends calls that are not let in, in their endpoint's own form, before anything of their body is read.</summary>
internal sealed class AccessRefusals(FailureTranslator failures) : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            return next(context);
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer.
            return Task.CompletedTask;
        }

        var refusal = Denied(authorizeResult) ?? NotAuthenticated(context);
        return context.GetEndpoint()?.Metadata.GetMetadata<IErrorShape>() is { } shape
            ? shape.WriteAsync(context, refusal)
            : TrailersOnly.WriteAsync(context.Response, refusal);
    }

    private static RequestException? Denied(PolicyAuthorizationResult result) =>
        result.AuthorizationFailure?.FailureReasons.OfType<MethodRefusal>().FirstOrDefault()?.Refusal;

    private RequestException NotAuthenticated(HttpContext context)
    {
        var failure = context.Features.Get<AuthenticationFailure>()?.Exception
            ?? throw new InvalidOperationException($"{context.Request.Path} was refused for no reason.");
        return failures.Translate(failure, context.Request.Path, DateTime.MaxValue, context.RequestAborted);
    }
}
