using ControlPlane.Egress.Policy;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Signing;
using ControlPlane.V1;
using Google.Protobuf.Collections;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>With what credentials access tokens may be fetched for a webhook.</summary>
/// <param name="violations">Where to note what is wrong.</param>
/// <param name="urls">Which token endpoints may be called.</param>
internal sealed class OAuth2Validator(Violations violations, UrlPolicy urls)
{
    private const string Field = "webhook.oauth2";
    private const string SecretField = $"{Field}.client_secret";
    private const string Header = "Authorization";
    private const int LongestId = 256;
    private const int LongestSecret = 1_024;
    private const int LongestScope = 256;
    private const int LongestAudience = 1_024;
    private const int MostScopes = 32;

    /// <summary>Checks credentials and puts the URL into the form in which it is kept.</summary>
    /// <param name="asked">The credentials.</param>
    /// <param name="current">Those of before, without the secret; null if there were none.</param>
    /// <param name="headers">The names of the webhook's own headers.</param>
    /// <param name="dialects">The webhook's dialects, as far as they exist.</param>
    public void Check(
        OAuth2ClientCredentials asked, OAuth2ClientCredentials? current, IEnumerable<string> headers, IReadOnlyList<Dialect> dialects)
    {
        if (asked.TokenUrl != current?.TokenUrl)
        {
            var verdict = urls.Check(asked.TokenUrl);
            foreach (var (reason, message) in verdict.Violations)
            {
                violations.Add($"{Field}.token_url", reason, message);
            }

            asked.TokenUrl = verdict.Url?.AbsoluteUri ?? asked.TokenUrl;
        }

        CheckCredential($"{Field}.client_id", asked.ClientId, LongestId);
        if (asked.ClientSecret.Length == 0 && current is not null && asked.TokenUrl != current.TokenUrl)
        {
            violations.Add(SecretField, "REQUIRED", "must be set again with another token_url: the secret that is stored is for the one of before");
        }
        else if (asked.ClientSecret.Length > 0 || current is null)
        {
            CheckCredential(SecretField, asked.ClientSecret, LongestSecret);
        }

        CheckScopes(asked.Scopes);
        FieldRules.CheckText(violations, $"{Field}.audience", asked.Audience, LongestAudience);
        CheckHeader(headers, dialects);
    }

    private void CheckCredential(string field, string text, int longest)
    {
        if (text.Length is 0 || text.Length > longest)
        {
            violations.Add(field, text.Length == 0 ? "REQUIRED" : "TOO_LONG", $"must have 1 to {longest:N0} characters");
        }

        if (text.Any(c => c is not (>= ' ' and <= '~')))
        {
            violations.Add(field, "INVALID_CHARACTERS", "must be visible ASCII and spaces");
        }
    }

    private void CheckScopes(RepeatedField<string> scopes)
    {
        if (scopes.Count > MostScopes)
        {
            violations.Add($"{Field}.scopes", "TOO_MANY", $"must have at most {MostScopes} entries");
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < scopes.Count; i++)
        {
            var (path, scope) = ($"{Field}.scopes[{i}]", scopes[i]);
            if (scope.Length is 0 or > LongestScope)
            {
                violations.Add(path, scope.Length == 0 ? "REQUIRED" : "TOO_LONG", $"must have 1 to {LongestScope} characters");
            }
            else if (scope.Any(c => c is not (> ' ' and <= '~') or '"' or '\\'))
            {
                violations.Add(path, "INVALID_CHARACTERS", "must be visible ASCII without quotation marks, backslashes and spaces");
            }
            else if (!seen.Add(scope))
            {
                violations.Add(path, "DUPLICATE", "is there twice");
            }
        }
    }

    private void CheckHeader(IEnumerable<string> headers, IReadOnlyList<Dialect> dialects)
    {
        foreach (var name in headers.Where(IsAuthorization))
        {
            violations.Add(FieldRules.Entry("webhook.headers", name), "HEADER_NAME_RESERVED", "has a name that belongs to the access token of oauth2");
        }

        foreach (var dialect in dialects.Where(dialect => dialect.Headers.Any(header => IsAuthorization(header.Name))))
        {
            violations.Add(Field, "HEADER_TAKEN", $"cannot be used with the dialect {dialect.Name}, which has a header {Header} of its own");
        }
    }

    private static bool IsAuthorization(string name) => name.Equals(Header, StringComparison.OrdinalIgnoreCase);
}
