using System.Diagnostics;
using Xunit.Runner.InProc.SystemConsole;

namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>A second process with a store: this same program, told by its environment what to do instead of running tests.</summary>
internal static class ChildProcess
{
    private const string Role = "CONTROLPLANE_TEST_ROLE";
    private const string StorePath = "CONTROLPLANE_TEST_STORE";

    public static async Task<int> Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(Role) is not { } role)
        {
            return await ConsoleRunner.Run(args);
        }

        await using var store = await SqliteStorage.OpenAsync(
            new SqliteStorageOptions { Path = Environment.GetEnvironmentVariable(StorePath)! });
        Console.WriteLine("ready");
        if (role == "write")
        {
            await WriteForeverAsync(store);
        }

        // Until killed, or until the test that started it is gone.
        await Console.In.ReadLineAsync();
        return 0;
    }

    /// <summary>Starts one that opens a store, says "ready", and then holds it ("hold") or writes to it ("write").</summary>
    public static Process Start(string role, string storePath) => Process.Start(
        new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ControlPlane.Storage.Sqlite.Tests"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { [Role] = role, [StorePath] = storePath },
        })!;

    /// <summary>Adds tenants, and says each one's id after it was acknowledged.</summary>
    private static Task WriteForeverAsync(StorageEngine store) => Task.WhenAll(
        Enumerable.Range(0, 16).Select(async writer =>
        {
            for (var i = 0; ; i++)
            {
                await store.Access.CreateTenantAsync(new TenantRecord { Id = $"ten_{writer}_{i}" }, CancellationToken.None);
                Console.WriteLine($"ten_{writer}_{i}");
            }
        }));
}
