using ControlPlane.Server.Api.Errors;
using Microsoft.AspNetCore.Authorization;

namespace ControlPlane.Server.Access;

/// <summary>The requirement of every endpoint: what <see cref="AccessRules"/> says of it.</summary>
internal sealed record MethodRequirement : IAuthorizationRequirement;

/// <summary>Why a known caller may not call a method.</summary>
internal sealed class MethodRefusal(IAuthorizationHandler handler, RequestException refusal)
    : AuthorizationFailureReason(handler, refusal.Message)
{
    public RequestException Refusal { get; } = refusal;
}

/// <summary>Lets a caller with the method's scope pass. Says nothing of one who is not known, who is to authenticate first.</summary>
internal sealed class MethodAuthorization(AccessRules rules) : AuthorizationHandler<MethodRequirement, HttpContext>
{
    protected override Task HandleRequirementAsync(
        AuthorizationHandlerContext context, MethodRequirement requirement, HttpContext resource)
    {
        var rule = rules.Of(resource.GetEndpoint());
        if (rule.Scope is null)
        {
            context.Succeed(requirement);
        }
        else if (Admission.Of(resource)?.Caller is { } caller)
        {
            if (Refuse(rule, caller) is { } refusal)
            {
                context.Fail(new MethodRefusal(this, refusal));
            }
            else
            {
                context.Succeed(requirement);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Why a caller may not call what has this rule; null if it may.</summary>
    public static RequestException? Refuse(AccessRule rule, Caller caller) =>
        rule.Scope != Scopes.Any && !caller.Scopes.Contains(rule.Scope!) ? RequestErrors.ScopeMissing(rule.Scope!)
        : rule.PlatformOnly && !caller.IsPlatform
            ? RequestErrors.PermissionDenied("PLATFORM_KEY_REQUIRED", "Only a platform key can make this call.")
        : !rule.SomeWebhooks && caller.WebhookIds is not null
            ? RequestErrors.PermissionDenied(
                "WHOLE_TENANT_REQUIRED", "The API key is for some webhooks of its tenant only, and this call is about the whole tenant.")
            : null;
}
