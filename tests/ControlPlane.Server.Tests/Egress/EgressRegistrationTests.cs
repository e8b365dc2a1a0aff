using System.Net;
using ControlPlane.Server.Egress;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Egress;

public sealed class EgressRegistrationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://[::]:0")]
    public async Task Start_ServerListens_ItsOwnPortIsRefusedInAllowedNetwork(string url)
    {
        await using var app = NewApp("127.0.0.0/8", url);
        await app.StartAsync(Cancelled);
        var port = new Uri(app.Urls.Single()).Port;

        var urls = app.Services.GetRequiredService<UrlPolicy>();
        Assert.Equal([UrlReason.AddressBlocked], urls.Check($"https://127.0.0.1:{port}/").Reasons());
        var resolved = await app.Services.GetRequiredService<AddressGuard>().ResolveAsync("127.0.0.1", port, Cancelled);
        Assert.Equal(EgressFailureKind.BlockedAddress, resolved.Failure?.Kind);
        Assert.Equal([IPAddress.Loopback], resolved.Addresses);
        var other = port == IPEndPoint.MaxPort ? port - 1 : port + 1;
        Assert.True(urls.Check($"https://127.0.0.1:{other}/").IsAllowed);
    }

    [Fact]
    public async Task Start_WrongSetting_StopsTheStartNamingTheKey()
    {
        await using var app = NewApp("10.0.0.0/99", "http://127.0.0.1:0");
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync(Cancelled));
        Assert.Equal("ControlPlane:Egress:AllowedNetworks: \"10.0.0.0/99\" is not a CIDR network", failure.Message);
    }

    private static WebApplication NewApp(string allowedNetworks, string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ControlPlane:Egress:AllowedNetworks"] = allowedNetworks;
        builder.WebHost.UseUrls(url);
        builder.Services.AddEgress(builder.Configuration);
        return builder.Build();
    }
}
