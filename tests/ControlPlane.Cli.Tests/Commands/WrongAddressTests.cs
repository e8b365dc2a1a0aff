using System.Net;
using ControlPlane.Cli.Demo;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Cli.Tests.Commands;

/// <summary>Addresses behind which something listens, but no gRPC server that takes the connection.</summary>
public sealed class WrongAddressTests : HookctlTest
{
    [Theory]
    [InlineData("info")]
    [InlineData("deliveries watch")]
    public async Task Https_ToAServerWithoutTls_OneLineAndExitsWithThree(string command)
    {
        var address = Variables["HOOKCTL_ADDRESS"].Replace("http://", "https://", StringComparison.Ordinal);

        AssertUnreached(await RunAsync($"{command} --address {address}"), address, "begins with http://");
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, "gRPC listener")]
    [InlineData(HttpProtocols.Http2, "no gRPC server")]
    public async Task Http_ToAnotherListener_OneLineAndExitsWithThree(HttpProtocols protocols, string advice)
    {
        await using var other = await StartAsync(listen => listen.Protocols = protocols);

        AssertUnreached(await RunAsync($"info --address {other.Urls.Single()}"), other.Urls.Single(), advice);
    }

    [Fact]
    public async Task Http_ToAServerWithTls_OneLineAndExitsWithThree()
    {
        using var certificates = new DemoCertificates(TimeProvider.System);
        await using var other = await StartAsync(listen => listen.UseHttps(certificates.Receiver));
        var address = other.Urls.Single().Replace("https://", "http://", StringComparison.Ordinal);

        AssertUnreached(await RunAsync($"info --address {address}"), address, "gRPC listener");
    }

    [Fact]
    public async Task Https_ToAServerThatIsNotTrusted_OneLineWithoutOtherAdvice()
    {
        using var certificates = new DemoCertificates(TimeProvider.System);
        await using var other = await StartAsync(listen => listen.UseHttps(certificates.Receiver));

        var run = await RunAsync($"info --address {other.Urls.Single()}");

        AssertUnreached(run, other.Urls.Single(), "certificate");
        Assert.DoesNotContain("http://", run.Error);
    }

    private static void AssertUnreached(CliRun run, string address, string advice)
    {
        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith($"error: cannot reach {address}", run.Error, StringComparison.Ordinal);
        Assert.Contains(advice, Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Empty(run.Output);
    }

    private static async Task<WebApplication> StartAsync(Action<ListenOptions> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, configure));
        var server = builder.Build();
        server.Run(context => context.Response.WriteAsync("ok"));
        await server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }
}
