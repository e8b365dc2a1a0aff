using System.Globalization;
using System.Security.Claims;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ControlPlane.Server.Access;

/// <summary>
/// The authentication scheme of JSON Web Tokens: the package judges signature, issuer, audience and lifetime, and what is here makes a
/// caller of the claims. Reads headers alone, as <see cref="ApiKeyAuthentication"/> does.
/// </summary>
internal sealed class JwtAuthentication(
    AccessRules rules, IOptions<AccessOptions> access, TimeProvider clock, ILogger<JwtKeysFile> log) : IConfigureNamedOptions<JwtBearerOptions>
{
    /// <summary>The two schemes behind one: which of them a request is for shows in what it presents.</summary>
    public const string EitherScheme = "ApiKeyOrJwt";

    /// <summary>How far the issuer's clock may be off.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    /// <summary>Signatures whose keys cannot sign. <c>none</c> and shared secrets are not among them.</summary>
    private static readonly string[] Algorithms =
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    /// <summary>The scheme for a request: a token has two dots, an API key none.</summary>
    public static string SchemeOf(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        && header.AsSpan(7).Count('.') == 2
            ? JwtBearerDefaults.AuthenticationScheme
            : ApiKeyAuthentication.SchemeName;

    public void Configure(JwtBearerOptions options) => Configure(JwtBearerDefaults.AuthenticationScheme, options);

    public void Configure(string? name, JwtBearerOptions options)
    {
        var jwt = access.Value.Jwt;
        // The names of claims are the token's own.
        options.MapInboundClaims = false;
        options.TokenValidationParameters = new()
        {
            ValidAudience = jwt.Audience,
            ValidIssuer = string.IsNullOrWhiteSpace(jwt.Issuer) ? null : jwt.Issuer,
            ValidAlgorithms = Algorithms,
            ClockSkew = Skew,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
        };
        if (!string.IsNullOrWhiteSpace(jwt.KeysFile))
        {
            var file = new JwtKeysFile(jwt.KeysFile, clock, log);
            options.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, _, _) => file.Current;
        }
        else
        {
            options.Authority = jwt.Authority;
            options.RequireHttpsMetadata = !new Uri(jwt.Authority!).IsLoopback;
        }

        options.Events = new()
        {
            OnMessageReceived = context =>
            {
                if (rules.Of(context.HttpContext.GetEndpoint()).Scope is null)
                {
                    // What needs no credential does not look at one.
                    context.NoResult();
                }

                return Task.CompletedTask;
            },
            OnTokenValidated = context =>
            {
                if (Admit(context.Principal!, context.SecurityToken) is { } admission)
                {
                    context.HttpContext.Features.Set(admission);
                }
                else
                {
                    Refuse(context.HttpContext, "JWT_TENANT_MISSING", $"The token has no tenant in its claim \"{jwt.TenantClaim}\".");
                    context.Fail("no tenant");
                }

                return Task.CompletedTask;
            },
            OnAuthenticationFailed = context =>
            {
                Refuse(context.HttpContext, "JWT_INVALID", Word(context.Exception));
                return Task.CompletedTask;
            },
        };
    }

    private static void Refuse(HttpContext context, string reason, string message) =>
        context.Features.Set(new AuthenticationFailure(RequestErrors.Unauthenticated(reason, message)));

    /// <summary>Says what is wrong, and nothing that the token does not say itself.</summary>
    private static string Word(Exception exception) => exception switch
    {
        SecurityTokenExpiredException => "The token has expired.",
        SecurityTokenNotYetValidException => "The token is not valid yet.",
        SecurityTokenInvalidAudienceException => "The token was made for another audience.",
        SecurityTokenInvalidIssuerException => "The token is of another issuer.",
        SecurityTokenNoExpirationException => "The token does not expire, and must.",
        SecurityTokenInvalidAlgorithmException => "The token is signed with an algorithm that is not accepted.",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException => "The token's signature is not by a key of the issuer.",
        _ => "The token is not valid.",
    };

    private Admission? Admit(ClaimsPrincipal principal, SecurityToken token)
    {
        var jwt = access.Value.Jwt;
        if (principal.FindFirstValue(jwt.TenantClaim) is not { Length: > 0 } tenant)
        {
            return null;
        }

        var scopes = principal.FindAll(jwt.ScopeClaim)
            .SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(Scopes.All.Contains)
            .ToHashSet(StringComparer.Ordinal);
        var expires = new DateTimeOffset(token.ValidTo, TimeSpan.Zero);
        var subject = principal.FindFirstValue(JwtRegisteredClaimNames.Sub) ?? "";
        var caller = new Caller($"jwt:{subject}", tenant == Caller.EveryTenant ? null : tenant, scopes) { ExpireTime = expires, Kind = AuditActorKind.Jwt };
        return new(caller, _ => clock.GetUtcNow() - Skew < expires
            ? ValueTask.CompletedTask
            : throw RequestErrors.Unauthenticated("JWT_INVALID", string.Create(CultureInfo.InvariantCulture, $"The token expired at {expires:O}.")));
    }
}
