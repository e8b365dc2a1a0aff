using System.Diagnostics;
using System.Runtime.InteropServices;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Processes;

/// <summary>Makes the server as it is deployed: published for this platform, compiled ahead of time.</summary>
internal static class PublishedServer
{
    private const string Project = "ControlPlane.Server";

    /// <summary>The server's assembly in a folder that it was published to.</summary>
    /// <exception cref="BenchmarkException">It is not there.</exception>
    public static string In(string folder)
    {
        var path = Path.Combine(Path.GetFullPath(folder), $"{Project}.dll");
        return File.Exists(path) ? path : throw new BenchmarkException($"There is no server at {path}.");
    }

    /// <summary>Publishes it and answers its assembly.</summary>
    /// <exception cref="BenchmarkException">It could not be published, for instance because the feed lacks the compiler.</exception>
    public static async Task<string> MakeAsync(CancellationToken cancellationToken)
    {
        var platform = RuntimeInformation.RuntimeIdentifier;
        var start = new ProcessStartInfo(
            ServerProgram.Dotnet,
            [
                "publish", Path.Combine("src", Project), "-c", "Release", "-r", platform, "-nologo",
                // Helpers that stay behind would take part in what is measured next.
                "-nodeReuse:false", "-p:UseSharedCompilation=false",
            ])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        };
        using var publish = Process.Start(start) ?? throw new BenchmarkException($"{start.FileName} could not be started.");
        try
        {
            var output = await publish.StandardOutput.ReadToEndAsync(cancellationToken);
            await publish.WaitForExitAsync(cancellationToken);
            return publish.ExitCode == 0
                ? In(Path.Combine(Repository.Root, "artifacts", "publish", Project, $"release_{platform}"))
                : throw new BenchmarkException(Reason(output));
        }
        finally
        {
            if (!publish.HasExited)
            {
                publish.Kill(entireProcessTree: true);
            }
        }
    }

    private static string Reason(string output)
    {
        const string Mark = "error ";
        var line = output.Split('\n').FirstOrDefault(each => each.Contains(Mark, StringComparison.Ordinal)) ?? output;
        return line[Math.Max(0, line.IndexOf(Mark, StringComparison.Ordinal))..].Trim();
    }
}
