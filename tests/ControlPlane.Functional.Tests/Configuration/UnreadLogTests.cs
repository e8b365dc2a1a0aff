using System.Diagnostics;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.Configuration;

/// <summary>A log whose reader stands still, as a full pipe to a collector is.</summary>
public sealed class UnreadLogTests
{
    // Each leaves two lines, when it is made and when it is revoked: more than the pipe and the logger's queue of 2,500 lines hold.
    private const int Keys = 2000;

    [Fact]
    public async Task Calls_NobodyReadsTheLog_GoOnAndDroppedLinesAreCounted()
    {
        using var setup = new ServerSetup();
        using var server = Process.Start(setup.ToStartInfo())!;
        try
        {
            using var clients = new Clients(setup.Grpc, ServerSetup.PlatformKey);
            await Eventually.BecomesAsync(() => IsReadyAsync(setup), ready => ready, "the server");

            foreach (var some in Enumerable.Range(0, Keys).Chunk(100))
            {
                await Task.WhenAll(some.Select(_ => MakeAndRevokeAsync(clients)));
            }

            // Now that somebody reads, the next line is preceded by one that says how many are missing.
            var read = server.StandardOutput.ReadToEndAsync();
            var missing = server.StandardError.ReadLineAsync();
            await clients.Admin.CreateApiKeyAsync(Key);
            var line = await Eventually.InTimeAsync(missing, "a line about the dropped ones");
            Assert.Contains("dropped", line, StringComparison.Ordinal);
            server.Kill();
            await Eventually.InTimeAsync(read, "the end of the log");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static CreateApiKeyRequest Key => new() { ApiKey = new() { Scopes = { "events.read" } } };

    private static async Task MakeAndRevokeAsync(Clients clients)
    {
        var made = await clients.Admin.CreateApiKeyAsync(Key);
        await clients.Admin.RevokeApiKeyAsync(new() { ApiKeyId = made.ApiKey.Id });
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
