using System.Runtime.InteropServices;
using System.Text.Json;
using ControlPlane.Benchmarks.Reporting;

namespace ControlPlane.Benchmarks.Processes;

/// <summary>Finds the server that was built along with this program, and what runs it.</summary>
internal static class ServerProgram
{
    /// <summary>The <c>dotnet</c> that belongs to the runtime of this process, three folders above its libraries.</summary>
    public static string Dotnet
    {
        get
        {
            var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
            return File.Exists(beside) ? beside : "dotnet";
        }
    }

    /// <summary>The folders of all projects lie side by side, each with one folder per configuration.</summary>
    public static string Assembly
    {
        get
        {
            var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            var path = Path.Combine(
                configuration.Parent!.Parent!.FullName, "ControlPlane.Server", configuration.Name, "ControlPlane.Server.dll");
            return File.Exists(path) ? path : throw new BenchmarkException($"There is no server at {path}; build the solution.");
        }
    }

    /// <summary>Whether the server is configured for one heap per core.</summary>
    public static bool CollectsAsServer
    {
        get
        {
            using var file = File.OpenRead(Path.ChangeExtension(Assembly, ".runtimeconfig.json"));
            using var configuration = JsonDocument.Parse(file);
            return configuration.RootElement.GetProperty("runtimeOptions").TryGetProperty("configProperties", out var properties)
                && properties.TryGetProperty("System.GC.Server", out var server)
                && server.GetBoolean();
        }
    }
}
