using System.Net;
using System.Text;
using ControlPlane.Egress;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Metering;
using ControlPlane.Storage;

namespace ControlPlane.Server.Sending;

/// <summary>Asks token endpoints for access tokens, over the one way out and as receivers are asked.</summary>
internal sealed class TokenFetcher(EgressInvoker egress, TimeProvider clock)
{
    /// <summary>A larger answer is none. What is longer than the most of it does not fit into the headers that receivers take.</summary>
    public const int MostBytes = 16 * 1024;

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Fetches a token. Whatever the token endpoint does is an answer.</summary>
    /// <param name="client">With whose credentials.</param>
    /// <param name="tenantId">Whose look-ups of names it takes.</param>
    /// <param name="timeout">The deadline, from name resolution to the end of the answer.</param>
    public async Task<TokenAnswer> FetchAsync(OAuth2ClientRecord client, string tenantId, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout, clock);
        using var request = Build(client);
        AttemptDeadline.Set(request, tenantId, deadline.Token);
        using var trace = new RequestTrace();
        try
        {
            using var response = await egress.SendAsync(request, trace, own: null, deadline.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(deadline.Token);
            var body = new byte[MostBytes + 1];
            var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, deadline.Token);
            return length > MostBytes
                ? TokenAnswer.Failed($"the token endpoint's answer is larger than {MostBytes >> 10} KiB.")
                : TokenAnswer.Read(response.StatusCode, body.AsMemory(0, length), clock.GetUtcNow());
        }
        catch (Exception e) when (FailureClassifier.IsOfTheNetwork(e))
        {
            var unknown = new AttemptOutcome { StartTime = default, Duration = default, Failure = FailureKind.None };
            var failure = FailureClassifier.Classify(e, unknown, timeout, deadline.IsCancellationRequested, trace.WasSent).Message;
            // The other end is a receiver to all that speaks of it here.
            return TokenAnswer.Failed(failure.Replace("he receiver", "he token endpoint", StringComparison.Ordinal));
        }
    }

    /// <summary>Id and secret go as RFC 6749, 2.3.1 has it: each encoded as in forms, then as HTTP Basic.</summary>
    private static HttpRequestMessage Build(OAuth2ClientRecord client)
    {
        var form = new StringBuilder("grant_type=client_credentials");
        if (client.Scopes.Count > 0)
        {
            form.Append("&scope=").Append(WebUtility.UrlEncode(string.Join(' ', client.Scopes)));
        }

        if (client.Audience.Length > 0)
        {
            form.Append("&audience=").Append(WebUtility.UrlEncode(client.Audience));
        }

        var content = RequestBody.Create(Encoding.ASCII.GetBytes(form.ToString()));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded");
        var request = new HttpRequestMessage(HttpMethod.Post, client.TokenUrl)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = content,
        };
        var credentials = $"{WebUtility.UrlEncode(client.ClientId)}:{WebUtility.UrlEncode(client.ClientSecret)}";
        request.Headers.TryAddWithoutValidation("User-Agent", RequestBuilder.UserAgent);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("Authorization", $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes(credentials))}");
        return request;
    }
}
