using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ControlPlane.Egress.Tests;

public sealed class EgressRegistrationTests
{
    [Fact]
    public async Task Start_WrongSetting_StopsTheStartNamingTheKey()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ControlPlane:Egress:AllowedNetworks"] = "10.0.0.0/99";
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddEgress(builder.Configuration);
        await using var app = builder.Build();
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal("ControlPlane:Egress:AllowedNetworks: \"10.0.0.0/99\" is not a CIDR network", failure.Message);
    }
}
