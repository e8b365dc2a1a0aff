using System.Diagnostics;
using System.Security.Cryptography;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.Crashing;

/// <summary>Moving a store that a real server filled to another engine and back, killed again and again.</summary>
public sealed class CopyTests(SharedServer shared)
{
    private const int Events = 60;
    private const int Kills = 3;

    [Fact]
    public async Task Copy_KilledAndRunAgain_GoesOnAndTheTargetSendsWhatWaits()
    {
        await using var server = ServerProcess.Create(shared.Receiver, setup => setup.Settings["Storage:Provider"] = "sqlite");
        var settings = server.Setup.Settings;
        var source = settings["Storage:Path"];
        await server.StartAsync();
        var inbox = shared.Receiver.Open();
        inbox.Answer = _ => 503;
        using var tenant = await TestTenant.CreateAsync(server);
        await tenant.HookAsync(inbox, webhook => webhook.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromSeconds(20)));
        var published = new List<string>();
        for (var i = 0; i < Events; i++)
        {
            published.Add((await tenant.PublishAsync()).Event.Id);
        }

        await inbox.CountAsync(Events);
        var running = await RunAsync(server, $"sqlite:{source}", $"litedb:{server.Setup.PathOf("b.db")}");
        Assert.Equal(1, running.ExitCode);
        Assert.Contains("in use by another process", running.Error, StringComparison.Ordinal);
        Assert.Equal(0, await server.StopAsync());
        var before = Hash(source);

        await CopyWithKillsAsync(server, $"sqlite:{source}", $"litedb:{server.Setup.PathOf("b.db")}");
        await CopyWithKillsAsync(server, $"litedb:{server.Setup.PathOf("b.db")}", $"sqlite:{server.Setup.PathOf("c.db")}");
        Assert.Equal(before, Hash(source));

        (settings["Storage:Provider"], settings["Storage:Path"]) = ("litedb", server.Setup.PathOf("b.db"));
        inbox.Answer = _ => 204;
        await server.StartAsync();
        await inbox.UntilAsync(_ => inbox.Accepted.Distinct().Count() == Events, "all events to be accepted");
        using var moved = new TestTenant(tenant.Id, tenant.Key, server.Connect(tenant.Key));
        var deliveries = await Eventually.BecomesAsync(
            () => moved.ListAsync(), all => all.All(delivery => delivery.State == DeliveryState.Succeeded), "all deliveries to succeed");
        Assert.Equal(published.Order(), deliveries.Select(delivery => delivery.EventId).Order());
    }

    private static async Task CopyWithKillsAsync(ServerProcess server, string from, string to)
    {
        for (var i = 0; i < Kills; i++)
        {
            using var process = Start(server, from, to);
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(300, 2_000)), TimeProvider.System, TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var last = await RunAsync(server, from, to);
        // One of those that were to be killed can have come to the end.
        Assert.True(last.ExitCode == 0 || last.Error.Contains("finished copy of the source already", StringComparison.Ordinal), last.Error);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(ServerProcess server, string from, string to)
    {
        using var process = Start(server, from, to);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await Eventually.InTimeAsync(Task.WhenAll(output, error), "the copy to end");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    private static Process Start(ServerProcess server, string from, string to) => Process.Start(ServerProgram.ToStart(
        server.Setup.Folder.FullName, ServerProgram.Dotnet, ServerProgram.Assembly, "copy", "--from", from, "--to", to))!;

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
}
