using System.CommandLine;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Option = System.CommandLine.Option;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary>The flags that say with what access tokens are fetched.</summary>
internal sealed class OAuth2Flags
{
    private readonly Option<string> _tokenUrl = Flags.Text("--oauth2-token-url", "Where to fetch an access token that goes with every request.", "URL");
    private readonly Option<string> _clientId = Flags.Text("--oauth2-client-id", "The client's id at the token endpoint.", "ID");

    private readonly Option<string> _secret = Flags.Text(
        "--oauth2-client-secret-file", "The client's secret from a file, or from stdin with -; left out in an update, the secret stays.", "FILE");

    private readonly Option<string[]> _scopes = Flags.Texts("--oauth2-scope", "What to ask access for.", "SCOPE");
    private readonly Option<string> _audience = Flags.Text("--oauth2-audience", "For whom the token is to be.");

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _tokenUrl, _clientId, _secret, _scopes, _audience })
        {
            command.Add(option);
        }
    }

    /// <summary>Sets what the flags say; the answer is the paths that changed.</summary>
    public async Task<IReadOnlyList<string>> ApplyAsync(Session session, Webhook webhook)
    {
        var paths = new List<string>();
        var secret = session.Given(_secret) ? await SecretOptions.ReadFileAsync(session, _secret) : "";
        Set(_tokenUrl, "token_url", client => client.TokenUrl = session.Get(_tokenUrl));
        Set(_clientId, "client_id", client => client.ClientId = session.Get(_clientId));
        Set(_secret, "client_secret", client => client.ClientSecret = secret);
        Set(_scopes, "scopes", client => client.Scopes.Add(session.Get(_scopes)));
        Set(_audience, "audience", client => client.Audience = session.Get(_audience));
        return paths;

        void Set(Option option, string path, Action<OAuth2ClientCredentials> set)
        {
            if (session.Given(option))
            {
                set(webhook.Oauth2 ??= new());
                paths.Add($"oauth2.{path}");
            }
        }
    }
}
