using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Configuration;

/// <summary>Wrong configuration stops the start with one line that names the key.</summary>
public sealed class WrongSettingTests
{
    /// <summary>What can be read is judged together, but for where the store is and what is listened on.</summary>
    [Theory]
    [InlineData(
        "Access:BootstrapKey=cpk_short", "Secrets:MasterKey=no base64 at all, but a secret", "Egress:AllowedNetworks=10.0.0.0/8, 10.1.2.3/8",
        "Egress:AllowedPorts=443, 70000", "Egress:TrustedCertificates=no-such-file.pem", "Egress:Proxy=ftp://user:hidden-password@proxy:21/",
        "Console:Accent=red", "Console:Url=hooks.example.com/portal", "Console:FrameAncestors=https://app.example.com/page",
        "Dispatching:MaxInFlight=0", "Sending:Timeout=00:10:00", "Publishing:MaxPayloadBytes=99999999",
        "Watching:Ring=1", "Telemetry:Otlp:Endpoint=ftp://user:hidden-password@collector:4317",
        "Retention:Metadata=00:00:00", "Retention:DeadLettersPerWebhook=-1")]
    [InlineData(
        "Access:BootstrapKey=key_without_the_right_prefix_0123456789_0123456789", "Secrets:MasterKey=c2hvcnQ=",
        "Egress:AllowedNetworks=localhost", "Egress:AllowedPorts=2000-1000", "Telemetry:Traces:SamplingRatio=0.5", "Retention:Payloads=31.00:00:00")]
    [InlineData("Dispatching:MaxInFlight=many")]
    [InlineData("Recording:SuspendAfter=soon")]
    // An address of the documentation's, which no machine has.
    [InlineData("Listen:Grpc=http://192.0.2.1:7400")]
    [InlineData("Listen:Grpc=127.0.0.1:7400", "Listen:Http=ftp://127.0.0.1:7401", "Listen:MaxConnections=0")]
    [InlineData("Listen:Grpc=http://127.0.0.1:70000")]
    [InlineData("Storage:Provider=oracle")]
    [InlineData("Storage:Path= ")]
    [InlineData("Storage:Path=/")]
    public async Task Start_WrongValues_EndsWithOneLineForEachThatNamesTheKey(params string[] settings)
    {
        using var setup = new ServerSetup();
        foreach (var (key, value) in settings.Select(Split))
        {
            setup.Settings[key] = value;
        }

        var (code, log) = await RunAsync(setup);

        Assert.Equal(1, code);
        Assert.True(settings.Length == log.Errors.Count, log.Text);
        // No stack trace beside it.
        Assert.Empty(log.Output);
        Assert.DoesNotContain("hidden-password", log.Text, StringComparison.Ordinal);
        foreach (var (key, value) in settings.Select(Split))
        {
            Assert.Single(log.Errors, line => line.Contains($"ControlPlane:{key}", StringComparison.Ordinal));
            if (key is "Access:BootstrapKey" or "Secrets:MasterKey")
            {
                Assert.DoesNotContain(value, log.Text, StringComparison.Ordinal);
            }
        }

        static (string Key, string Value) Split(string setting)
        {
            var parts = setting.Split('=', 2);
            return (parts[0], parts[1]);
        }
    }

    [Fact]
    public async Task Start_TlsWithoutCertificate_NamesBothFiles()
    {
        using var setup = new ServerSetup();
        setup.Settings["Listen:Grpc"] = setup.Settings["Listen:Grpc"].Replace("http:", "https:", StringComparison.Ordinal);

        var (code, log) = await RunAsync(setup);

        Assert.Equal(1, code);
        Assert.Equal(2, log.Errors.Count);
        Assert.Contains("ControlPlane:Listen:CertificatePath", log.Errors.First(), StringComparison.Ordinal);
        Assert.Contains("ControlPlane:Listen:KeyPath", log.Errors.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FileThatIsNoStore_EndsWithOneLine()
    {
        using var setup = new ServerSetup();
        await File.WriteAllTextAsync(setup.Settings["Storage:Path"], new string('x', 8192), TestContext.Current.CancellationToken);

        var (code, log) = await RunAsync(setup);

        Assert.Equal(1, code);
        Assert.Contains(setup.Settings["Storage:Path"], Assert.Single(log.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_StoreInUse_EndsWithOneLineAndTheOwnerGoesOn()
    {
        await using var owner = await ServerProcess.StartAsync(receiver: null);
        using var second = new ServerSetup();
        second.Settings["Storage:Path"] = owner.Setup.Settings["Storage:Path"];

        var (code, log) = await RunAsync(second);

        Assert.Equal(1, code);
        var line = Assert.Single(log.Errors);
        Assert.Contains(second.Settings["Storage:Path"], line, StringComparison.Ordinal);
        Assert.Contains("in use", line, StringComparison.Ordinal);
        using var clients = owner.Connect();
        Assert.Equal(owner.Setup.Provider, (await clients.Admin.GetServerInfoAsync(new())).StorageProvider);
    }

    [Fact]
    public async Task Start_PortInUse_EndsWithOneLine()
    {
        await using var owner = await ServerProcess.StartAsync(receiver: null);
        using var second = new ServerSetup();
        second.Settings["Listen:Grpc"] = owner.Setup.Settings["Listen:Grpc"];

        var (code, log) = await RunAsync(second);

        Assert.Equal(1, code);
        Assert.Contains(second.Settings["Listen:Grpc"], Assert.Single(log.Errors), StringComparison.Ordinal);
        Assert.False(log.Text.Contains("   at ", StringComparison.Ordinal), log.Text);
    }

    [Theory]
    [InlineData("", UnixFileMode.UserRead | UnixFileMode.UserWrite, "does not hold")]
    [InlineData("c2hvcnQ=", UnixFileMode.UserRead | UnixFileMode.UserWrite, "does not hold")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, "0600")]
    public async Task Start_KeyFileThatCannotBeUsed_EndsWithOneLine(string content, UnixFileMode mode, string reason)
    {
        using var setup = new ServerSetup();
        var file = setup.Settings["Storage:Path"] + ".key";
        await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
#pragma warning disable CA1416 // The tests run on Linux.
        File.SetUnixFileMode(file, mode);
#pragma warning restore CA1416

        var (code, log) = await RunAsync(setup);

        Assert.Equal(1, code);
        var line = Assert.Single(log.Errors);
        Assert.Contains(file, line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.Empty(log.Output);
    }

    [Fact]
    public async Task Start_WrongLogLevels_NamesEachKey()
    {
        using var setup = new ServerSetup();
        setup.OtherSettings["Logging:LogLevel:Default"] = "Loud";
        setup.OtherSettings["Logging:Console:LogLevel:ControlPlane"] = "quiet";

        var (code, log) = await RunAsync(setup);

        Assert.Equal(1, code);
        Assert.Empty(log.Output);
        Assert.Collection(
            log.Errors.Order(StringComparer.Ordinal),
            line => Assert.StartsWith("Logging:Console:LogLevel:ControlPlane: \"quiet\"", line, StringComparison.Ordinal),
            line => Assert.StartsWith("Logging:LogLevel:Default: \"Loud\"", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_UnknownSettingAndPlainTextForStrangers_AreWarnings()
    {
        await using var server = await ServerProcess.StartAsync(receiver: null, setup =>
        {
            setup.Settings["Egress:AllowedNetwork"] = "10.0.0.0/8";
            setup.Settings["Dispatchng:MaxInFlight"] = "1";
            setup.Settings["Listen:Grpc"] = $"http://0.0.0.0:{setup.Grpc.Port}";
        });

        await server.StopAsync();

        var warnings = server.Log.Output.Where(line => line.Contains("\"Warning\"", StringComparison.Ordinal)).ToList();
        Assert.Contains(warnings, line => line.Contains("ControlPlane:Egress:AllowedNetwork is not a setting", StringComparison.Ordinal)
            && line.Contains("Did you mean AllowedNetworks?", StringComparison.Ordinal));
        Assert.Contains(warnings, line => line.Contains("ControlPlane:Dispatchng is not a setting", StringComparison.Ordinal)
            && line.Contains("Did you mean Dispatching?", StringComparison.Ordinal));
        Assert.Contains(warnings, line => line.Contains("without TLS", StringComparison.Ordinal)
            && line.Contains("ControlPlane:Listen:Grpc", StringComparison.Ordinal));
        Assert.Equal(3, warnings.Count(line => line.Contains("SettingsReview", StringComparison.Ordinal)));
    }

    private static async Task<(int Code, ServerLog Log)> RunAsync(ServerSetup setup)
    {
        var log = new ServerLog();
        await using var run = new ServerRun(setup, log);
        return (await run.ExitAsync(), log);
    }
}
