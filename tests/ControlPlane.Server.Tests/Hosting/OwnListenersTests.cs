using System.Net;
using ControlPlane.Egress;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Policy;
using ControlPlane.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Server.Tests.Hosting;

public sealed class OwnListenersTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://[::]:0")]
    public async Task Start_ServerListens_ItsOwnPortIsRefusedInAllowedNetwork(string url)
    {
        await using var app = NewApp(url);
        await app.StartAsync(Cancelled);
        var port = new Uri(app.Urls.Single()).Port;

        var urls = app.Services.GetRequiredService<UrlPolicy>();
        Assert.Equal([UrlReason.AddressBlocked], urls.Check($"https://127.0.0.1:{port}/").Violations.Select(violation => violation.Reason));
        var resolved = await app.Services.GetRequiredService<AddressGuard>().ResolveAsync("127.0.0.1", port, "", Cancelled);
        Assert.Equal(EgressFailureKind.BlockedAddress, resolved.Failure?.Kind);
        Assert.Equal([IPAddress.Loopback], resolved.Addresses);
        var other = port == IPEndPoint.MaxPort ? port - 1 : port + 1;
        Assert.True(urls.Check($"https://127.0.0.1:{other}/").IsAllowed);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7400", "127.0.0.1:7400")]
    [InlineData("https://[::1]:7400", "[::1]:7400")]
    [InlineData("http://[::]:7400", "[::]:7400")]
    [InlineData("http://0.0.0.0:7400", "0.0.0.0:7400")]
    [InlineData("http://localhost:7400", "127.0.0.1:7400 [::1]:7400")]
    [InlineData("http://*:7400", "[::]:7400")]
    [InlineData("http://+:7400", "[::]:7400")]
    [InlineData("http://controlplane:7400", "[::]:7400")]
    [InlineData("http://unix:/run/controlplane.sock", "")]
    public void Parse_BoundAddress_GivesEndpoints(string address, string expected) =>
        Assert.Equal(expected, string.Join(' ', OwnListenersWorker.Parse(address)));

    private static WebApplication NewApp(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ControlPlane:Egress:AllowedNetworks"] = "127.0.0.0/8";
        builder.WebHost.UseUrls(url);
        builder.Services.AddEgress(builder.Configuration).AddHostedService<OwnListenersWorker>();
        return builder.Build();
    }
}
