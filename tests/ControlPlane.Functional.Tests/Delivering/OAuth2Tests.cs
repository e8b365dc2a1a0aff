using System.Text;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Functional.Tests.Delivering;

/// <summary>Access tokens of an authorization server go with requests.</summary>
public sealed class OAuth2Tests(SharedServer shared) : SharedServerTest(shared)
{
    private const string Secret = "s:cret +%/e";

    [Fact]
    public async Task Grant_IsAskedForOnce_AndGoesWithEveryRequest()
    {
        var (tokens, inbox) = (Issuing(), Receiver.Open());
        await HookAsync(tokens, inbox, client => client.Scopes.Add(["read", "write:all"]));
        for (var i = 0; i < 20; i++)
        {
            await Tenant.PublishAsync();
        }

        await inbox.CountAsync(20);
        Assert.All(inbox.Requests, request => Assert.Equal("Bearer token-0001-of-the-issuer", request.Header("Authorization")));
        var asked = Assert.Single(tokens.Requests);
        Assert.Equal("grant_type=client_credentials&scope=read+write%3Aall&audience=https%3A%2F%2Freceiver", Encoding.UTF8.GetString(asked.Body.Span));
        Assert.Equal(("application/x-www-form-urlencoded", "POST"), (asked.Header("Content-Type"), asked.Method));
        var basic = Encoding.UTF8.GetString(Convert.FromBase64String(asked.Header("Authorization")!["Basic ".Length..]));
        Assert.Equal(["a+client", "s%3Acret+%2B%25%2Fe"], basic.Split(':'));
    }

    [Fact]
    public async Task Grant_ThatHasEnded_IsFetchedAnew()
    {
        var (tokens, inbox) = (Issuing(expiresIn: 0), Receiver.Open());
        var hook = await HookAsync(tokens, inbox);
        await TestAsync(hook);
        await TestAsync(hook);
        Assert.Equal(["Bearer token-0001-of-the-issuer", "Bearer token-0002-of-the-issuer"], inbox.Requests.Select(request => request.Header("Authorization")));
    }

    [Fact]
    public async Task Change_DropsTheTokenThatIsKept_AndKeepsTheSecret()
    {
        var (tokens, inbox) = (Issuing(), Receiver.Open());
        var hook = await HookAsync(tokens, inbox);
        await TestAsync(hook);
        var changed = (await Tenant.Clients.Webhooks.UpdateWebhookAsync(new()
        {
            Webhook = new() { Id = hook.Id, Oauth2 = new() { Audience = "" } },
            UpdateMask = FieldMask.FromString("oauth2.audience"),
        })).Webhook;
        Assert.Equal(("a client", "", ""), (changed.Oauth2.ClientId, changed.Oauth2.ClientSecret, changed.Oauth2.Audience));
        Assert.Equal(FailureKind.Unspecified, (await TestAsync(hook)).Failure);
        Assert.Equal(2, tokens.Requests.Count);
        Assert.Equal(tokens.Requests[0].Header("Authorization"), tokens.Requests[1].Header("Authorization"));
    }

    [Fact]
    public async Task Unauthorized_IsAnsweredWithANewToken_Once()
    {
        var (tokens, inbox, good) = (Issuing(), Receiver.Open(), "0001");
        inbox.Answer = request => request.Header("Authorization")!.Contains(good, StringComparison.Ordinal) ? 204 : 401;
        var hook = await HookAsync(tokens, inbox);
        Assert.Equal((204, ""), ResultOf(await TestAsync(hook)));
        good = "0002";
        Assert.Equal(
            (204, "Sent twice: the receiver refused the access token that was kept, and got a new one."), ResultOf(await TestAsync(hook)));
        good = "none";
        var refused = await TestAsync(hook);
        Assert.Equal((FailureKind.HttpStatus, 401), (refused.Failure, refused.StatusCode));
        Assert.Equal((3, 5), (tokens.Requests.Count, inbox.Requests.Count));

        static (int, string) ResultOf(Attempt attempt) => (attempt.StatusCode, attempt.FailureMessage);
    }

    [Fact]
    public async Task WrongSecret_FailsAttempts_UntilItIsMended()
    {
        var (tokens, inbox) = (Receiver.Open(), Receiver.Open());
        var right = Convert.ToBase64String("a+client:right"u8);
        tokens.Answer = request => request.Header("Authorization") == $"Basic {right}"
            ? Token("right-token")
            : new Answer(401) { Body = $$"""{"error":"invalid_client","error_description":"{{Secret}} is wrong"}""" };
        var hook = await HookAsync(tokens, inbox);
        var attempt = await TestAsync(hook);
        Assert.Equal(
            (FailureKind.Token, 0, "No access token could be fetched: the token endpoint answered 401 Unauthorized (invalid_client).", ""),
            (attempt.Failure, attempt.StatusCode, attempt.FailureMessage, attempt.ResponseExcerpt));
        var delivery = await Tenant.SendAsync();
        await tokens.CountAsync(3);
        Assert.Empty(inbox.Requests);
        await Tenant.Clients.Webhooks.UpdateWebhookAsync(new()
        {
            Webhook = new() { Id = hook.Id, Oauth2 = new() { ClientSecret = "right" } },
            UpdateMask = FieldMask.FromString("oauth2.client_secret"),
        });
        await Tenant.UntilAsync(delivery.Id, DeliveryState.Succeeded);
    }

    [Fact]
    public async Task HangingTokenEndpoint_CostsItsOwnWebhookAlone()
    {
        var release = new TaskCompletionSource();
        var (tokens, inbox, other) = (Receiver.Open(), Receiver.Open(), Receiver.Open());
        tokens.Answer = _ => Token("late-token-of-the-issuer") with { After = release.Task };
        var hook = await HookAsync(tokens, inbox);
        await Tenant.HookAsync(other);
        for (var i = 0; i < 50; i++)
        {
            await Tenant.PublishAsync();
        }

        await other.CountAsync(50);
        var attempt = await TestAsync(hook);
        Assert.Equal(FailureKind.Token, attempt.Failure);
        Assert.StartsWith("No access token could be fetched: ", attempt.FailureMessage, StringComparison.Ordinal);
        Assert.Empty(inbox.Requests);
        release.SetResult();
        await inbox.CountAsync(50);
    }

    [Theory]
    [InlineData(200, "no json", "the token endpoint's answer is not a JSON object.")]
    [InlineData(200, "[]", "the token endpoint's answer is not a JSON object.")]
    [InlineData(204, "", "the token endpoint's answer is not a JSON object.")]
    [InlineData(200, """{"access_token":7}""", "the token endpoint's answer has no access_token that can be sent.")]
    [InlineData(200, """{"access_token":"a\r\nb: c"}""", "the token endpoint's answer has no access_token that can be sent.")]
    [InlineData(200, """{"access_token":"\ud800"}""", "the token endpoint's answer has no access_token that can be sent.")]
    [InlineData(200, """{"access_token":"a","token_type":"mac"}""", "the token endpoint gives tokens of another type than Bearer.")]
    [InlineData(302, "", "the token endpoint answered 302 Found. Redirects are not followed.")]
    [InlineData(410, """{"error":"a text of its own"}""", "the token endpoint answered 410 Gone.")]
    public async Task Answer_ThatIsNoToken_IsToldAndNothingSent(int status, string body, string message)
    {
        var (tokens, inbox) = (Receiver.Open(), Receiver.Open());
        tokens.Answer = _ => new Answer(status) { Body = body };
        var hook = await HookAsync(tokens, inbox);
        var attempt = await TestAsync(hook);
        Assert.Equal((FailureKind.Token, $"No access token could be fetched: {message}"), (attempt.Failure, attempt.FailureMessage));
        Assert.Empty(inbox.Requests);
        Assert.Equal(WebhookState.Active, (await Tenant.GetHookAsync(hook.Id)).State);
    }

    [Fact]
    public async Task Answer_TooLarge_IsRefused()
    {
        var tokens = Receiver.Open();
        tokens.Answer = _ => Token(new string('x', 16 << 10));
        var attempt = await TestAsync(await HookAsync(tokens, Receiver.Open()));
        Assert.Equal("No access token could be fetched: the token endpoint's answer is larger than 16 KiB.", attempt.FailureMessage);
    }

    [Fact]
    public async Task Echo_IsNotKept()
    {
        var inbox = Receiver.Open();
        inbox.Answer = request => new Answer(500) { Body = $"you sent {request.Header("Authorization")![9..25]}" };
        var attempt = await TestAsync(await HookAsync(Issuing(), inbox));
        Assert.Equal((500, ""), (attempt.StatusCode, attempt.ResponseExcerpt));
        inbox.Answer = _ => new Answer(500) { Body = "out of order" };
        Assert.Equal("out of order", (await TestAsync(await HookAsync(Issuing(), inbox))).ResponseExcerpt);
    }

    [Fact]
    public async Task Preview_ShowsAMaskAndFetchesNothing()
    {
        var tokens = Issuing();
        var hook = await HookAsync(tokens, Receiver.Open());
        var preview = await Tenant.Clients.Webhooks.PreviewRequestAsync(
            new() { WebhookId = hook.Id, Event = new() { Type = "a", Payload = ByteString.CopyFromUtf8("{}") } });
        Assert.Equal("••••••••", Assert.Single(preview.Headers, header => header.Name == "Authorization").Value);
        Assert.Contains("Authorization", preview.RedactedHeaders);
        Assert.Empty(tokens.Requests);
    }

    [Fact]
    public async Task Write_NamesEveryFault()
    {
        var refusal = await Refusal.OfAsync(() => Tenant.HookAsync(Receiver.Open(), webhook =>
        {
            webhook.Headers["authorization"] = "Basic eA==";
            webhook.Oauth2 = new() { TokenUrl = "https://10.0.0.1/token", Scopes = { "a", "a" } };
        }));
        string[] faults =
        [
            "webhook.headers[\"authorization\"] HEADER_NAME_RESERVED", "webhook.oauth2.client_id REQUIRED", "webhook.oauth2.client_secret REQUIRED",
            "webhook.oauth2.scopes[1] DUPLICATE", "webhook.oauth2.token_url URL_ADDRESS_BLOCKED",
        ];
        Assert.Equal(faults, refusal.Violations.Order(StringComparer.Ordinal));
        var hook = await HookAsync(Issuing(), Receiver.Open());
        refusal = await Refusal.OfAsync(() => Tenant.ChangeAsync(new() { Id = hook.Id, Oauth2 = new() { TokenUrl = Receiver.Open().Url, ClientId = "a client" } }));
        Assert.Equal("webhook.oauth2.client_secret REQUIRED", Assert.Single(refusal.Violations));
    }

    [Fact]
    public async Task TokenEndpointWithARefusedAddress_IsNotCalled()
    {
        await using var server = await ServerProcess.StartAsync(Receiver);
        using var tenant = await TestTenant.CreateAsync(server);
        var (tokens, inbox) = (Issuing(), Receiver.Open());
        var hook = (await tenant.HookAsync(
            inbox, w => w.Oauth2 = new() { TokenUrl = tokens.Url.Replace("127.0.0.1", "127.0.0.2", StringComparison.Ordinal), ClientId = "a", ClientSecret = "b" })).Webhook;
        await server.StopAsync();
        server.Setup.Settings["Egress:AllowedNetworks"] = "127.0.0.1/32";
        await server.StartAsync();
        var attempt = (await tenant.Clients.Webhooks.TestWebhookAsync(new() { WebhookId = hook.Id })).Delivery.Attempts[0];
        Assert.Equal(FailureKind.Token, attempt.Failure);
        Assert.Contains("127.0.0.2", attempt.FailureMessage, StringComparison.Ordinal);
        Assert.Empty(attempt.RemoteAddress);
        Assert.Empty(inbox.Requests);
        Assert.Empty(tokens.Requests);
    }

    private async Task<Webhook> HookAsync(Inbox tokens, Inbox inbox, Action<OAuth2ClientCredentials>? change = null) =>
        (await Tenant.HookAsync(inbox, webhook =>
        {
            webhook.Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(2));
            webhook.Oauth2 = new() { TokenUrl = tokens.Url, ClientId = "a client", ClientSecret = Secret, Audience = "https://receiver" };
            change?.Invoke(webhook.Oauth2);
        })).Webhook;

    private async Task<Attempt> TestAsync(Webhook hook) =>
        (await Tenant.Clients.Webhooks.TestWebhookAsync(new() { WebhookId = hook.Id })).Delivery.Attempts[0];

    /// <summary>A token endpoint that gives another token each time.</summary>
    private Inbox Issuing(int expiresIn = 3_600)
    {
        var tokens = Receiver.Open();
        tokens.Answer = request => Token($"token-{request.Number:0000}-of-the-issuer", expiresIn);
        return tokens;
    }

    private static Answer Token(string text, int expiresIn = 3_600) =>
        new(200) { Body = $$"""{"access_token":"{{text}}","token_type":"bearer","expires_in":{{expiresIn}}}""" };
}
