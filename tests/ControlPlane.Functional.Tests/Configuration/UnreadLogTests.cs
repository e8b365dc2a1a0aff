using System.Diagnostics;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Configuration;

/// <summary>A log whose reader stands still, as a full pipe to a collector is.</summary>
public sealed class UnreadLogTests
{
    // Each leaves a dozen lines or more, together more than the pipe and the logger's queue of 2,500 lines hold.
    private const int Calls = 500;

    [Fact]
    public async Task Calls_NobodyReadsTheLog_GoOnAndDroppedLinesAreCounted()
    {
        using var setup = new ServerSetup();
        setup.OtherSettings["Logging:Console:LogLevel:Default"] = "Trace";
        using var server = Process.Start(setup.ToStartInfo())!;
        try
        {
            using var clients = new Clients(setup.Grpc, ServerSetup.PlatformKey);
            await Eventually.BecomesAsync(() => IsReadyAsync(setup), ready => ready, "the server");

            foreach (var some in Enumerable.Range(0, Calls).Chunk(100))
            {
                await Task.WhenAll(some.Select(_ => clients.Admin.GetServerInfoAsync(new()).ResponseAsync));
            }

            // Now that somebody reads, the next line is preceded by one that says how many are missing.
            var read = server.StandardOutput.ReadToEndAsync();
            var missing = server.StandardError.ReadLineAsync();
            await Eventually.BecomesAsync(
                async () =>
                {
                    await clients.Admin.GetServerInfoAsync(new());
                    return missing.IsCompleted;
                },
                told => told, "a line about the dropped ones");
            Assert.Contains("dropped", await missing, StringComparison.Ordinal);
            server.Kill();
            await Eventually.InTimeAsync(read, "the end of the log");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static async Task<bool> IsReadyAsync(ServerSetup setup)
    {
        using var http = new HttpClient();
        try
        {
            using var answer = await http.GetAsync(new Uri(setup.Http, "/readyz"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
