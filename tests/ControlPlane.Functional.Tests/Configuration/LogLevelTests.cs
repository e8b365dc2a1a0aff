using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Configuration;

/// <summary>How much is logged is what the settings say.</summary>
public sealed class LogLevelTests
{
    [Fact]
    public async Task Level_OfALibrary_CanBeSet()
    {
        await using var server = await ServerProcess.StartAsync(receiver: null, setup => setup.OtherSettings["Logging:LogLevel:Grpc"] = "Debug");
        using var clients = server.Connect();

        await clients.Admin.GetServerInfoAsync(new());

        await server.StopAsync();
        Assert.Contains("\"LogLevel\":\"Debug\",\"Category\":\"Grpc.", server.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"Category\":\"Microsoft.AspNetCore", server.Log.Text, StringComparison.Ordinal);
    }
}
