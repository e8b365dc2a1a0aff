using System.Net;
using System.Text.Json.Nodes;
using ControlPlane.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.Functional.Tests.Access;

/// <summary>JSON Web Tokens in place of API keys.</summary>
public sealed class JwtTests(JwtServer shared) : IClassFixture<JwtServer>
{
    private readonly TokenIssuer _issuer = shared.Issuer;
    private readonly ServerProcess _server = shared.Server;

    public static TheoryData<string, string, string> Refused() => new()
    {
        { "iss", "\"https://other.example\"", "The token is of another issuer." },
        { "aud", "\"other\"", "The token was made for another audience." },
        { "aud", "null", "The token was made for another audience." },
        { "exp", "1000000000", "The token has expired." },
        { "exp", "null", "The token does not expire, and must." },
        { "nbf", "4000000000", "The token is not valid yet." },
        { "tenant_id", "null", "The token has no tenant in its claim \"tenant_id\"." },
    };

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public async Task Call_ValidToken_IsLetInOnBothDoors(string algorithm)
    {
        var token = _issuer.Token(algorithm: algorithm);
        using var clients = _server.Connect(token);
        Assert.NotEmpty((await clients.Admin.GetServerInfoAsync(new())).Version);
        using var http = new HttpCaller(_server.Setup.Http, token);
        (await http.GetAsync("/v1/server")).Is(HttpStatusCode.OK);
        // API keys go on working beside them.
        using var keyed = _server.Connect();
        Assert.NotEmpty((await keyed.Admin.GetServerInfoAsync(new())).Version);
    }

    [Fact]
    public async Task Call_TokenOfATenant_SeesThatTenantAlone()
    {
        using var tenant = await TestTenant.CreateAsync(_server);
        using var clients = _server.Connect(_issuer.Token(claims => claims["tenant_id"] = tenant.Id));
        var published = await clients.Events.PublishEventAsync(new() { Event = TestTenant.NewEvent() });
        Assert.Equal(tenant.Id, published.Event.TenantId);
        (await Refusal.OfAsync(clients.Webhooks.ListWebhooksAsync(new() { TenantId = "-" }))).Is(StatusCode.PermissionDenied, "PLATFORM_KEY_REQUIRED");
        (await Refusal.OfAsync(clients.Webhooks.ListWebhooksAsync(new() { TenantId = "default" }))).Is(StatusCode.NotFound, "NOT_FOUND");
    }

    [Theory]
    [InlineData("\"deliveries.read unknown.scope\"")]
    [InlineData("[\"deliveries.read\"]")]
    [InlineData("null")]
    public async Task Call_ScopeNotInToken_IsDenied(string scope)
    {
        using var clients = _server.Connect(_issuer.Token(claims => claims["scope"] = JsonNode.Parse(scope)));
        (await Refusal.OfAsync(clients.Webhooks.ListWebhooksAsync(new()))).Is(StatusCode.PermissionDenied, "SCOPE_MISSING");
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Call_ClaimIsWrong_IsRefusedWithTheReason(string claim, string value, string message)
    {
        var refusal = await RefusedAsync(_issuer.Token(claims =>
        {
            if (JsonNode.Parse(value) is { } set)
            {
                claims[claim] = set;
                claims["exp"] = claim == "nbf" ? 4_000_000_300 : claims["exp"]!.DeepClone();
            }
            else
            {
                claims.Remove(claim);
            }
        }));
        Assert.Equal(message, refusal.Message);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("HS256")]
    public async Task Call_AlgorithmThatAnybodyCanSignWith_IsRefused(string algorithm) => await RefusedAsync(_issuer.Token(algorithm: algorithm));

    [Fact]
    public async Task Call_ClaimsChangedAfterSigning_IsRefused()
    {
        var (own, other) = (_issuer.Token().Split('.'), _issuer.Token(claims => claims["sub"] = "another").Split('.'));
        await RefusedAsync($"{own[0]}.{other[1]}.{own[2]}");
        await RefusedAsync("not.a.token");
    }

    [Fact]
    public async Task Call_ClockOfTheIssuerIsALittleOff_IsLetIn()
    {
        using var clients = _server.Connect(_issuer.Token(claims =>
        {
            claims["exp"] = TokenIssuer.Now.AddSeconds(-2).ToUnixTimeSeconds();
            claims["nbf"] = TokenIssuer.Now.AddSeconds(-60).ToUnixTimeSeconds();
        }));
        Assert.NotEmpty((await clients.Admin.GetServerInfoAsync(new())).Version);
    }

    [Fact]
    public async Task Call_KeysFileIsReplaced_NewKeyIsTakenAndOldOneRefused()
    {
        var old = _issuer.Token();
        shared.Rotate();
        await Eventually.BecomesAsync(() => TryAsync(_issuer.Token(), _server), ok => ok, "the new key to be taken");
        await RefusedAsync(old);
    }

    [Fact]
    public async Task Watch_TokenExpires_Ends()
    {
        using var clients = _server.Connect(_issuer.Token(claims => claims["exp"] = TokenIssuer.Now.AddSeconds(-27).ToUnixTimeSeconds()));
        using var watch = clients.Deliveries.WatchDeliveries(new()
        {
            HeartbeatInterval = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(1)),
        });
        var refusal = await Refusal.OfAsync(async () =>
        {
            while (await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
            {
            }
        });
        refusal.Is(StatusCode.Unauthenticated, "JWT_INVALID");
    }

    [Fact]
    public async Task Call_AuthorityIsSet_ItsKeysAreFoundAndFollowed()
    {
        using var issuer = new TokenIssuer();
        var address = new Uri($"http://127.0.0.1:{LocalPorts.Take()}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address.ToString());
        await using var authority = builder.Build();
        authority.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = TokenIssuer.Issuer, jwks_uri = new Uri(address, "/keys") }));
        authority.MapGet("/keys", () => Results.Text(issuer.KeySet(), "application/json"));
        await authority.StartAsync(TestContext.Current.CancellationToken);
        await using var server = await ServerProcess.StartAsync(receiver: null, setup =>
        {
            setup.Settings["Access:Jwt:Authority"] = address.ToString();
            setup.Settings["Access:Jwt:Audience"] = TokenIssuer.Audience;
        });
        using var clients = server.Connect(issuer.Token());
        Assert.NotEmpty((await clients.Admin.GetServerInfoAsync(new())).Version);

        issuer.Rotate();
        var rotated = issuer.Token();
        await Eventually.BecomesAsync(() => TryAsync(rotated, server), ok => ok, "the authority's new key to be taken");
    }

    private static async Task<bool> TryAsync(string token, ServerProcess server)
    {
        using var clients = server.Connect(token);
        try
        {
            await clients.Admin.GetServerInfoAsync(new());
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated)
        {
            return false;
        }
    }

    private async Task<Refusal> RefusedAsync(string token)
    {
        using var clients = _server.Connect(token);
        var refusal = await Refusal.OfAsync(clients.Admin.GetServerInfoAsync(new()));
        Assert.Equal(StatusCode.Unauthenticated, refusal.Code);
        Assert.StartsWith("JWT_", refusal.Reason, StringComparison.Ordinal);
        return refusal;
    }
}
