using System.Text.Json;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Processes;

/// <summary>How the server that was built along with this program is configured.</summary>
internal static class ServerConfiguration
{
    /// <summary>Whether the server is configured for one heap per core.</summary>
    public static bool CollectsAsServer
    {
        get
        {
            using var file = File.OpenRead(Path.ChangeExtension(ServerProgram.Assembly, ".runtimeconfig.json"));
            using var configuration = JsonDocument.Parse(file);
            return configuration.RootElement.GetProperty("runtimeOptions").TryGetProperty("configProperties", out var properties)
                && properties.TryGetProperty("System.GC.Server", out var server)
                && server.GetBoolean();
        }
    }
}
