using ControlPlane.Functional.Tests.Harness;

namespace ControlPlane.Functional.Tests.Configuration;

/// <summary>Wrong configuration stops the start with one line that names the key.</summary>
public sealed class WrongSettingTests
{
    [Theory]
    [InlineData("Listen:Grpc", "127.0.0.1:7400")]
    [InlineData("Listen:Grpc", "http://127.0.0.1:70000")]
    [InlineData("Listen:Http", "ftp://127.0.0.1:7401")]
    [InlineData("Listen:MaxConnections", "0")]
    [InlineData("Storage:Provider", "oracle")]
    [InlineData("Storage:Path", " ")]
    [InlineData("Access:BootstrapKey", "cpk_short")]
    [InlineData("Access:BootstrapKey", "key_without_the_right_prefix_0123456789_0123456789")]
    [InlineData("Secrets:MasterKey", "no base64 at all, but a secret")]
    [InlineData("Secrets:MasterKey", "c2hvcnQ=")]
    [InlineData("Egress:AllowedNetworks", "10.0.0.0/8, 10.1.2.3/8")]
    [InlineData("Egress:AllowedNetworks", "localhost")]
    [InlineData("Egress:AllowedPorts", "443, 70000")]
    [InlineData("Egress:AllowedPorts", "2000-1000")]
    [InlineData("Egress:TrustedCertificates", "no-such-file.pem")]
    [InlineData("Egress:Proxy", "ftp://user:hidden-password@proxy:21/")]
    [InlineData("Dispatching:MaxInFlight", "0")]
    [InlineData("Dispatching:MaxInFlight", "many")]
    [InlineData("Sending:Timeout", "00:10:00")]
    [InlineData("Publishing:MaxPayloadBytes", "99999999")]
    [InlineData("Recording:SuspendAfter", "soon")]
    [InlineData("Watching:Ring", "1")]
    [InlineData("Retention:Payloads", "31.00:00:00")]
    [InlineData("Retention:Metadata", "00:00:00")]
    [InlineData("Retention:DeadLettersPerWebhook", "-1")]
    public async Task Start_WrongValue_EndsWithOneLineThatNamesTheKey(string key, string value)
    {
        using var setup = new ServerSetup();
        setup.Settings[key] = value;

        var (code, log) = await RunAsync(setup);

        Assert.Equal(1, code);
        var line = Assert.Single(log.Errors);
        Assert.Contains($"ControlPlane:{key}", line, StringComparison.Ordinal);
        // No stack trace beside it.
        Assert.Empty(log.Output);
        Assert.DoesNotContain("hidden-password", log.Text, StringComparison.Ordinal);
        if (key is "Access:BootstrapKey" or "Secrets:MasterKey")
        {
            Assert.DoesNotContain(value, log.Text, StringComparison.Ordinal);
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
        Assert.Equal("sqlite", (await clients.Admin.GetServerInfoAsync(new())).StorageProvider);
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
    }

    private static async Task<(int Code, ServerLog Log)> RunAsync(ServerSetup setup)
    {
        var log = new ServerLog();
        await using var run = new ServerRun(setup, log);
        return (await run.ExitAsync(), log);
    }
}
