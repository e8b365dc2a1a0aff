using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ControlPlane.Testing;

/// <summary>Finds the server that was built along with these tests, and what runs it.</summary>
public static class ServerProgram
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
            Assert.True(File.Exists(path), $"There is no server at {path}.");
            return path;
        }
    }

    /// <summary>How the server is started. What is set for another server does not reach this one.</summary>
    public static ProcessStartInfo ToStart(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var inherited in start.Environment.Keys.Where(IsServerSetting).ToList())
        {
            start.Environment.Remove(inherited);
        }

        return start;
    }

    private static bool IsServerSetting(string name) =>
        name.StartsWith("ControlPlane__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Logging__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Kestrel__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name is "DOTNET_ENVIRONMENT" or "DOTNET_URLS";
}
