using System.Net;
using System.Text;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors;

/// <summary>Who may do what through Svix's API.</summary>
public sealed class SvixAccessTests(SharedServer shared) : SvixTest(shared)
{
    [Theory]
    [InlineData("GET", "/app/{0}", "not_found")]
    [InlineData("GET", "/app/{0}/endpoint", "not_found")]
    [InlineData("POST", "/app/{0}/endpoint", "not_found")]
    [InlineData("GET", "/app/{0}/endpoint/{1}", "not_found")]
    [InlineData("PATCH", "/app/{0}/endpoint/{1}", "not_found")]
    [InlineData("DELETE", "/app/{0}/endpoint/{1}", "not_found")]
    [InlineData("GET", "/app/{0}/endpoint/{1}/secret", "not_found")]
    [InlineData("GET", "/app/{0}/endpoint/{1}/headers", "not_found")]
    [InlineData("POST", "/app/{0}/endpoint/{1}/secret/rotate", "not_found")]
    [InlineData("GET", "/app/{0}/endpoint/{1}/stats", "not_found")]
    [InlineData("GET", "/app/{0}/endpoint/{1}/msg", "not_found")]
    [InlineData("GET", "/app/{0}/msg", "not_found")]
    [InlineData("GET", "/app/{0}/msg/{2}", "not_found")]
    [InlineData("GET", "/app/{0}/msg/{2}/endpoint", "not_found")]
    [InlineData("GET", "/app/{0}/attempt/endpoint/{1}", "not_found")]
    [InlineData("GET", "/app/{0}/attempt/msg/{2}", "not_found")]
    [InlineData("GET", "/app/{0}/msg/{2}/attempt/{3}", "not_found")]
    [InlineData("POST", "/app/{0}/msg/{2}/endpoint/{1}/resend", "not_found")]
    public async Task AnotherTenantsIds_AreNotFound_AlsoInAnApplicationOfOnesOwn(string method, string path, string code)
    {
        using var other = await TestTenant.CreateAsync(Server);
        var inbox = Receiver.Open();
        var hook = (await other.HookAsync(inbox)).Webhook;
        var delivery = await other.SendAsync();
        await other.UntilAsync(delivery.Id, V1.DeliveryState.Succeeded);
        var json = path.EndsWith("/endpoint", StringComparison.Ordinal) && method == "POST" ? $$"""{"url":"{{inbox.Url}}"}""" : "{}";
        string Address(string tenant) => Api + string.Format(null, path, tenant, hook.Id, delivery.EventId, $"{delivery.Id}_1");
        Task<HttpAnswer> SendAsync(string tenant) => Own.SendAsync(
            new(method), Address(tenant), method is "GET" or "DELETE" ? null : new StringContent(json, Encoding.UTF8, "application/json"));

        Is(await SendAsync(other.Id), HttpStatusCode.NotFound, code);
        if (path.Contains("{1}", StringComparison.Ordinal) || path.Contains("{2}", StringComparison.Ordinal))
        {
            Is(await SendAsync(Tenant.Id), HttpStatusCode.NotFound, code);
        }

        Assert.Equal(hook.Etag, (await other.GetHookAsync(hook.Id)).Etag);
    }

    [Fact]
    public async Task Credential_MissingOrWrong_IsRefusedInTheirShape()
    {
        foreach (var key in (string?[])[null, "nothing", "cpk_0123456789012345678901234567890123456789"])
        {
            using var stranger = new HttpCaller(Server.Setup.Http, key);
            Is(await stranger.GetAsync($"{Api}/app"), HttpStatusCode.Unauthorized, "authentication_failed");
            Is(await stranger.PostAsync($"{App}/msg", """{"eventType":"a","payload":{}}"""), HttpStatusCode.Unauthorized, "authentication_failed");
        }

        Is(await Own.GetAsync($"{Api}/app"), HttpStatusCode.Forbidden, "insufficient access");
        Is(await Own.PostAsync($"{Api}/app", """{"name":"mine"}"""), HttpStatusCode.Forbidden, "insufficient access");
    }

    [Fact]
    public async Task Door_SwitchedOff_IsNotThere()
    {
        await using var server = await ServerProcess.StartAsync(Receiver, setup => setup.Settings["Doors:Svix"] = "false");
        using var http = new HttpCaller(server.Setup.Http, key: null);
        Assert.Equal("", (await http.GetAsync($"{Api}/health")).Is(HttpStatusCode.NotFound).Text);
    }

    [Fact]
    public async Task Scopes_HoldHereToo()
    {
        using var reader = await WithScopesAsync("deliveries.read", "webhooks.read");
        Is(await reader.GetAsync($"{App}/msg"), HttpStatusCode.Forbidden, "insufficient access");
        Is(await reader.PostAsync($"{App}/endpoint", """{"url":"https://a.example"}"""), HttpStatusCode.Forbidden, "insufficient access");
        var hook = (await Tenant.HookAsync(Receiver.Open())).Webhook;
        Is(await reader.GetAsync($"{App}/endpoint/{hook.Id}/secret"), HttpStatusCode.Forbidden, "insufficient access");
        Is(await reader.GetAsync($"{App}/endpoint/{hook.Id}/msg"), HttpStatusCode.Forbidden, "insufficient access");
        (await reader.GetAsync($"{App}/endpoint/{hook.Id}")).Is(HttpStatusCode.OK);
    }

    private async Task<HttpCaller> WithScopesAsync(params string[] scopes)
    {
        var made = await Tenant.Clients.Admin.CreateApiKeyAsync(new() { ApiKey = new() { Scopes = { scopes } } });
        return new(Server.Setup.Http, made.Secret);
    }
}
