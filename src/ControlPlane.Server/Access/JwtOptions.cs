namespace ControlPlane.Server.Access;

/// <summary>Whose JSON Web Tokens are accepted besides API keys, section <c>ControlPlane:Access:Jwt</c>.</summary>
internal sealed class JwtOptions
{
    /// <summary>The issuer's address, whose <c>/.well-known/openid-configuration</c> names its keys. They are read again when they change.</summary>
    /// <value>Default: none.</value>
    public string? Authority { get; set; }

    /// <summary>The value that <c>iss</c> must have.</summary>
    /// <value>Default: what the authority's configuration says.</value>
    public string? Issuer { get; set; }

    /// <summary>The value that <c>aud</c> must have or contain. Needed.</summary>
    public string? Audience { get; set; }

    /// <summary>Instead of an authority: a file with the issuer's public keys, a JSON Web Key Set or PEM. Read again when it changes.</summary>
    /// <value>Default: none.</value>
    public string? KeysFile { get; set; }

    /// <summary>The claim that has the tenant's id, or <c>-</c> for what a platform key may.</summary>
    /// <value>Default: <c>tenant_id</c>.</value>
    public string TenantClaim { get; set; } = "tenant_id";

    /// <summary>The claim that has the scopes: a text with spaces between them, or a list.</summary>
    /// <value>Default: <c>scope</c>.</value>
    public string ScopeClaim { get; set; } = "scope";

    /// <summary>Whether tokens are accepted.</summary>
    public bool IsOn => !string.IsNullOrWhiteSpace(Authority) || !string.IsNullOrWhiteSpace(KeysFile);

    /// <summary>Returns what is wrong, by the setting's name.</summary>
    public IEnumerable<(string Setting, string Problem)> Check()
    {
        if (!IsOn)
        {
            foreach (var (setting, value) in new[] { (nameof(Issuer), Issuer), (nameof(Audience), Audience) })
            {
                if (!string.IsNullOrEmpty(value))
                {
                    yield return (setting, "is of no use without Authority or KeysFile");
                }
            }

            yield break;
        }

        if (!string.IsNullOrWhiteSpace(Authority) && !string.IsNullOrWhiteSpace(KeysFile))
        {
            yield return (nameof(KeysFile), "must not be set together with Authority");
        }

        if (!string.IsNullOrWhiteSpace(Authority) && !IsSafe(Authority))
        {
            yield return (nameof(Authority), $"\"{Authority}\" is not an https URL, nor an http one of this machine");
        }

        if (string.IsNullOrWhiteSpace(Audience))
        {
            yield return (nameof(Audience), "must be set, or tokens that the issuer made for others would be accepted");
        }

        if (string.IsNullOrWhiteSpace(Issuer) && !string.IsNullOrWhiteSpace(KeysFile))
        {
            yield return (nameof(Issuer), "must be set with KeysFile");
        }

        foreach (var (setting, value) in new[] { (nameof(TenantClaim), TenantClaim), (nameof(ScopeClaim), ScopeClaim) })
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                yield return (setting, "must not be empty");
            }
        }
    }

    /// <summary>Whoever can change what is fetched from there can be anybody here.</summary>
    private static bool IsSafe(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback));
}
