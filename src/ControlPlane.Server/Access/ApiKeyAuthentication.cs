using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Access;

/// <summary>
/// The authentication scheme of API keys. Reads headers alone. Endpoints that need no key do not look at one, so that strangers
/// cannot make them ask the store.
/// </summary>
internal sealed class ApiKeyAuthentication(
    AccessRules rules, ApiKeys keys, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "ApiKey";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (rules.Of(Context.GetEndpoint()).Scope is null)
        {
            return AuthenticateResult.NoResult();
        }

        try
        {
            var hash = PresentedKey.Of(Context);
            var caller = await keys.AuthenticateAsync(hash, Context.RequestAborted);
            Context.Features.Set(new Admission(caller, async token => await keys.AuthenticateAsync(hash, token)));
            return AuthenticateResult.Success(new(new(new ClaimsIdentity(SchemeName)), SchemeName));
        }
        catch (Exception e)
        {
            // Whatever it is: AccessRefusals words it for the caller, and logs what was not foreseen. The middleware keeps no failures.
            Context.Features.Set(new AuthenticationFailure(e));
            return AuthenticateResult.Fail(e);
        }
    }
}
