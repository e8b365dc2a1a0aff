using System.Net;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Webhooks;

/// <summary>A server for which every host name leads to what the test says, and that trusts the test's own authority.</summary>
public abstract class ReceiverTest : WebhookTest
{
    private protected TestAuthority Authority { get; } = new();

    /// <summary>What host names lead to, separated by spaces; empty: nothing.</summary>
    private protected string Addresses { get; set; } = "127.0.0.1";

    private protected static string UrlOf(int port) => $"https://{EgressRig.Host}:{port}/hook";

    private protected override void Configure(WebApplicationBuilder builder)
    {
        builder.Configuration.AddInMemoryCollection(
        [
            new("ControlPlane:Egress:AllowedNetworks", "127.0.0.0/8"),
            new("ControlPlane:Egress:TrustedCertificates", Authority.BundlePath),
        ]);
        builder.Services.AddSingleton<INameResolver>(new Resolver(this));
    }

    private sealed class Resolver(ReceiverTest test) : INameResolver
    {
        public ValueTask<NameAnswer> ResolveAsync(string host, string owner, CancellationToken cancellationToken) =>
            ValueTask.FromResult(test.Addresses.Length == 0
                ? new NameAnswer([], "does not exist")
                : new NameAnswer([.. test.Addresses.Split(' ').Select(IPAddress.Parse)]));
    }
}
