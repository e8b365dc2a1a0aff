using System.Runtime.InteropServices;

namespace ControlPlane.Functional.Tests.Harness;

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
}
