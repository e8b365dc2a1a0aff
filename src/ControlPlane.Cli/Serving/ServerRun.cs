using System.Diagnostics;

namespace ControlPlane.Cli.Serving;

/// <summary>Runs the server's program for a command that is its, since formats and schemas of stores are.</summary>
internal static class ServerRun
{
    /// <summary>Runs it to its end, and passes on what it says. Returns what it ends with.</summary>
    public static async Task<int> RunAsync(CliHost host, string assembly, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(DotnetMuxer.Path, [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.Start();
        try
        {
            await Task.WhenAll(
                PassOnAsync(process.StandardOutput, host.Output, cancellationToken), PassOnAsync(process.StandardError, host.Error, cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Cut off as by a crash: it goes on from there when it is run again.
            process.Kill();
            throw;
        }

        return process.ExitCode;
    }

    private static async Task PassOnAsync(StreamReader from, TextWriter to, CancellationToken cancellationToken)
    {
        while (await from.ReadLineAsync(cancellationToken) is { } line)
        {
            await to.WriteLineAsync(line);
        }
    }
}
