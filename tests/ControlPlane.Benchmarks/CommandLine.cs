using System.CommandLine;
using ControlPlane.Benchmarks.Modes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Storage.LiteDb;
using ControlPlane.Storage.Postgres;
using ControlPlane.Storage.Sqlite;

namespace ControlPlane.Benchmarks;

/// <summary>Reads the command line.</summary>
internal static class CommandLine
{
    private const string Everything = "all";

    public static RootCommand Create(Func<IReadOnlyList<IMode>, Settings, CancellationToken, Task<int>> run)
    {
        var modes = new Argument<string[]>("modes") { Arity = ArgumentArity.OneOrMore, Description = "What to measure." };
        modes.AcceptOnlyFromAmong([Everything, .. AllModes.List.Select(mode => mode.Name)]);
        var rounds = Number("--rounds", "Measured rounds of each figure. Default: each mode's own.", 1, 1000);
        var warmUps = Number("--warm-ups", "Rounds before those, not counted. Default: each mode's own.", 0, 1000);
        var seconds = Number("--seconds", "Length of a round of the modes with a fixed rate. Default: each mode's own.", 1, 3600);
        var concurrency = Number("--concurrency", "Callers of ceiling and deliver. Default: 64.", 1, 1024);
        var payload = Number("--payload", "Size of a payload in bytes. Default: 1024.", 32, 262_144);
        var count = new Option<long?>("--count")
        {
            Description = "Deliveries: per round of ceiling and deliver, stored in list, waiting in backlog, read in neighbours and siege. Default: each mode's own.",
        };
        var full = new Option<bool>("--full") { Description = "The promised sizes: list with 10,000,000 deliveries, backlog with 1,000,000." };
        var quick = new Option<bool>("--quick") { Description = "Small sizes that only show whether a mode works." };
        var receiver = new Option<string>("--receiver")
        {
            Description = "The receiver of ceiling and deliver; auto takes nginx if it is installed.",
            DefaultValueFactory = _ => ReceiverChoice.Auto,
        };
        receiver.AcceptOnlyFromAmong(ReceiverChoice.Auto, ReceiverChoice.Nginx, ReceiverChoice.Kestrel);
        var provider = new Option<string?>("--provider") { Description = "The server's storage engine; postgres in list alone. Default: the server's own." };
        provider.AcceptOnlyFromAmong(LiteDbStorage.Provider, SqliteStorage.Provider, PostgresStorage.Provider);
        var published = new Option<string?>("--published")
        {
            Description = "A folder that the server was published to, for startup. Default: startup publishes it.",
        };
        var folder = new Option<string?>("--folder") { Description = "Where stores are put meanwhile. Default: artifacts/benchmarks." };
        var output = new Option<string?>("--output") { Description = "The JSON file. Default: artifacts/benchmarks/<time>.json." };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long?>() is < 100 or > 100_000_000)
            {
                result.AddError("--count must be 100 to 100,000,000.");
            }
        });

        var root = new RootCommand(
            "Measures the control plane on this machine.\n\n"
            + string.Join('\n', AllModes.List.Select(mode => $"  {mode.Name,-10} {mode.Summary}")))
        {
            modes, rounds, warmUps, count, seconds, concurrency, payload, full, quick, receiver, provider, published, folder, output,
        };
        root.Validators.Add(result =>
        {
            if (result.GetValue(provider) == PostgresStorage.Provider && !(result.GetValue(modes) is [ListMode.Named]))
            {
                result.AddError($"--provider {PostgresStorage.Provider} goes with {ListMode.Named} alone; engines starts its own.");
            }
        });
        root.SetAction((parsed, cancellation) =>
        {
            var started = TimeProvider.System.GetUtcNow();
            var home = Path.Combine(Repository.Root, "artifacts", "benchmarks");
            var settings = new Settings
            {
                Rounds = parsed.GetValue(rounds),
                WarmUps = parsed.GetValue(warmUps),
                Count = parsed.GetValue(count),
                Seconds = parsed.GetValue(seconds),
                Concurrency = parsed.GetValue(concurrency) ?? 64,
                PayloadBytes = parsed.GetValue(payload) ?? 1024,
                Full = parsed.GetValue(full),
                Quick = parsed.GetValue(quick),
                Receiver = parsed.GetValue(receiver)!,
                Provider = parsed.GetValue(provider),
                Published = parsed.GetValue(published),
                Folder = Path.GetFullPath(parsed.GetValue(folder) ?? home),
                Output = parsed.GetValue(output) ?? Path.Combine(home, $"{started:yyyyMMdd-HHmmss}.json"),
            };
            var names = parsed.GetValue(modes)!;
            var chosen = AllModes.List.Where(mode => names.Contains(Everything) || names.Contains(mode.Name)).ToList();
            return run(chosen, settings, cancellation);
        });
        return root;
    }

    private static Option<int?> Number(string name, string description, int least, int most)
    {
        var option = new Option<int?>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } value && (value < least || value > most))
            {
                result.AddError($"{name} must be {least:N0} to {most:N0}.");
            }
        });
        return option;
    }
}
