using System.Runtime.InteropServices;
using ControlPlane.Cli.Errors;

namespace ControlPlane.Cli.Serving;

/// <summary>Finds what the server is started with.</summary>
internal static class DotnetMuxer
{
    /// <summary>The <c>dotnet</c> that belongs to the runtime of this process, three folders above its libraries.</summary>
    public static string Path
    {
        get
        {
            var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
            var beside = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
            return File.Exists(beside) ? beside : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? name;
        }
    }

    /// <summary>The server built along with this program: the folders of all projects lie side by side.</summary>
    public static string ServerAssembly(string? given)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar));
        var path = given ?? System.IO.Path.Combine(
            configuration.Parent?.Parent?.FullName ?? "", "ControlPlane.Server", configuration.Name, "ControlPlane.Server.dll");
        return File.Exists(path)
            ? System.IO.Path.GetFullPath(path)
            : throw new UsageException($"There is no server at {path}; build it, or name one with --server.");
    }
}
