using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Configuration;

/// <summary>What the server's command line can ask for instead of a start.</summary>
public sealed class StartArgumentTests
{
    [Fact]
    public async Task CheckConfig_SettingsOfEverySource_AreShownWithItAndSecretsAreNot()
    {
        using var setup = new ServerSetup();
        setup.Settings["Secrets:MasterKey"] = "aGlkZGVuaGlkZGVuaGlkZGVuaGlkZGVuaGlkZGVuaGk=";
        setup.Settings["Storage:ConnectionString"] = "Host=db;Username=me;Password=hidden-word";
        setup.Settings["Egress:Proxy"] = "http://user:hidden-word@proxy:3128/";
        setup.Arguments = ["--ControlPlane:Publishing:MaxFanOut=77", "--check-config"];
        await File.WriteAllTextAsync(
            setup.PathOf("appsettings.json"), """{"ControlPlane":{"Sending":{"Timeout":"00:00:07"}}}""", TestContext.Current.CancellationToken);

        var (code, log) = await RunAsync(setup);

        Assert.Equal(0, code);
        Assert.Empty(log.Errors);
        Assert.Contains("ControlPlane:Publishing:MaxFanOut = 77 (command line)", log.Output);
        Assert.Contains("ControlPlane:Sending:Timeout = 00:00:07 (appsettings.json)", log.Output);
        Assert.Contains("ControlPlane:Secrets:MasterKey = *** (environment)", log.Output);
        Assert.Contains("ControlPlane:Access:BootstrapKey = *** (environment)", log.Output);
        Assert.Contains("ControlPlane:Storage:ConnectionString = Host=db;Username=me;Password=*** (environment)", log.Output);
        Assert.Contains("ControlPlane:Egress:Proxy = http://***@proxy:3128/ (environment)", log.Output);
        Assert.Contains("ControlPlane:Access:Jwt:TenantClaim = tenant_id (default)", log.Output);
        Assert.DoesNotContain("hidden", log.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(setup.Settings["Storage:Path"]), "A store was made.");
    }

    [Fact]
    public async Task CheckConfig_WrongSetting_IsNamed()
    {
        using var setup = new ServerSetup();
        setup.Settings["Dispatching:MaxInFlight"] = "0";
        setup.Arguments = ["--check-config"];

        var (code, log) = await RunAsync(setup);

        Assert.Equal(1, code);
        Assert.Contains("ControlPlane:Dispatching:MaxInFlight", Assert.Single(log.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "--check-config")]
    [InlineData("--version", ".")]
    public async Task Start_AskedForHelpOrVersion_PrintsItAndEnds(string argument, string said)
    {
        using var setup = new ServerSetup { Arguments = [argument] };

        var (code, log) = await RunAsync(setup);

        Assert.Equal(0, code);
        Assert.Contains(said, log.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(setup.Settings["Storage:Path"]), "A store was made.");
    }

    private static async Task<(int Code, ServerLog Log)> RunAsync(ServerSetup setup)
    {
        var log = new ServerLog();
        await using var run = new ServerRun(setup, log);
        return (await run.ExitAsync(), log);
    }
}
