using System.Diagnostics;
using ControlPlane.Testing;

namespace ControlPlane.Cluster.Tests;

/// <summary>How a command ended, and what it wrote.</summary>
internal sealed record Ended(int Code, string Output, string Error);

/// <summary>Commands on stores that no server is on, each a process of its own.</summary>
internal static class Hookctl
{
    private static string Assembly
    {
        get
        {
            var server = new FileInfo(ServerProgram.Assembly);
            return Path.Combine(server.Directory!.Parent!.Parent!.FullName, "ControlPlane.Cli", server.Directory.Name, "hookctl.dll");
        }
    }

    /// <summary>Runs <c>hookctl admin</c> to its end.</summary>
    /// <param name="settings">Values below <c>ControlPlane:</c>.</param>
    /// <param name="arguments">What follows.</param>
    public static async Task<Ended> RunAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        using var process = Start(settings, [Assembly, "admin", .. arguments]);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await Eventually.InTimeAsync(Task.WhenAll(output, error), "hookctl to end");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Starts the program that does the work of <c>hookctl admin</c>, to be killed.</summary>
    public static Process StartWorker(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var process = Start(settings, [ServerProgram.Assembly, .. arguments]);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static Process Start(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var start = ServerProgram.ToStart(Path.GetTempPath(), ServerProgram.Dotnet, arguments);
        foreach (var (name, value) in settings)
        {
            start.Environment[$"ControlPlane__{name.Replace(":", "__", StringComparison.Ordinal)}"] = value;
        }

        return Process.Start(start)!;
    }
}
