using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.Configuration;

public sealed class FirstStartTests
{
    [Fact]
    public async Task FirstStart_WithoutABootstrapKey_PrintsOneThatWorksOnce()
    {
        await using var server = await ServerProcess.StartAsync(receiver: null, setup => setup.Settings.Remove("Access:BootstrapKey"));
        var key = Assert.Single(server.Log.Output, IsKey);
        Assert.Equal(1, Occurrences(server, key));
        await AssertWorksAsync(server, key);

        Assert.Equal(0, await server.StopAsync());
        await server.StartAsync();

        Assert.Single(server.Log.Output, IsKey);
        Assert.Equal(1, Occurrences(server, key));
        await AssertWorksAsync(server, key);
    }

    [Fact]
    public async Task Start_WithABootstrapKey_PrintsNone()
    {
        await using var server = await ServerProcess.StartAsync(receiver: null);

        Assert.DoesNotContain("cpk_", server.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstStart_MasterKeyFile_IsTheOwnersAlone()
    {
        await using var server = await ServerProcess.StartAsync(receiver: null);

        var files = server.Setup.Folder.GetFiles();
        Assert.True(files.Length >= 2, "There should be a store and a key file.");
        Assert.All(files, file => Assert.Equal(UnixFileMode.None, file.UnixFileMode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)));
    }

    [Fact]
    public async Task Start_InAHomeOfItsOwn_PutsNothingThere()
    {
        await using var server = await ServerProcess.StartAsync(
            receiver: null, setup => setup.OtherSettings["HOME"] = Directory.CreateDirectory(setup.PathOf("home")).FullName);

        Assert.Empty(Directory.GetFileSystemEntries(server.Setup.PathOf("home")));
    }

    private static bool IsKey(string line) => line.StartsWith("cpk_", StringComparison.Ordinal);

    private static int Occurrences(ServerProcess server, string key) => server.Log.Text.Split(key).Length - 1;

    private static async Task AssertWorksAsync(ServerProcess server, string key)
    {
        using var clients = server.Connect(key);
        Assert.Equal("default", (await clients.Admin.GetTenantAsync(new GetTenantRequest())).Tenant.Id);
    }
}
