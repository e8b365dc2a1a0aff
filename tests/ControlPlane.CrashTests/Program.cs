using System.CommandLine;
using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Points;
using ControlPlane.CrashTests.Running;
using ControlPlane.Testing;
using Xunit.Runner.InProc.SystemConsole;

namespace ControlPlane.CrashTests;

/// <summary>
/// A test run, or with <c>--cycles</c> a long run: <c>dotnet run --project tests/ControlPlane.CrashTests -- --cycles 200</c>,
/// and <c>--nodes 3</c> for servers that share a database.
/// </summary>
internal static class Program
{
    private const string Cycles = "--cycles";

    /// <summary>A promise was broken.</summary>
    private const int Broken = 1;

    /// <summary>None was, and the run ended before its time.</summary>
    private const int Undecided = 2;

    public static Task<int> Main(string[] args) =>
        args.Contains(Cycles) ? RunLongAsync(args) : ConsoleRunner.Run(args);

    private static Task<int> RunLongAsync(string[] args)
    {
        var cycles = new Option<int>(Cycles) { Description = "How often to kill the server.", Required = true };
        var perEpoch = new Option<int>("--check-every")
        {
            Description = "After how many kills everything is brought to rest and checked.",
            DefaultValueFactory = _ => 10,
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Deals the points and the load; random unless given.",
            DefaultValueFactory = _ => Random.Shared.Next(),
        };
        var nodes = new Option<int>("--nodes")
        {
            Description = "How many servers share the store, one of which is killed at a time; with more than one it is a PostgreSQL database.",
            DefaultValueFactory = _ => 1,
        };
        var command = new RootCommand("Kills a server under load again and again, and checks that it keeps its promises.")
        {
            cycles, perEpoch, seed, nodes,
        };
        command.SetAction(async parsed =>
        {
            // Hours long, on a machine that has other things to do as well.
            Eventually.Limit = TimeSpan.FromMinutes(4);
            var dealt = parsed.GetValue(seed);
            Console.WriteLine($"seed {dealt}");
            var isCluster = parsed.GetValue(nodes) > 1;
            var first = isCluster ? new() : await CutFirstStartsAsync();
            var plan = new KillPlan(dealt, isCluster ? KillPlan.Shared : ServerSetup.ChosenProvider);
            var summary = await CrashRun.RunAsync(
                Enumerable.Range(0, parsed.GetValue(cycles)).Select(_ => plan.Next()),
                parsed.GetValue(perEpoch),
                dealt,
                parsed.GetValue(nodes),
                new Progress().Print);
            Console.WriteLine(summary);
            return first.Found.Count + summary.Violations.Found.Count > 0 ? Broken : summary.CutShort is not null ? Undecided : 0;
        });
        return command.Parse(args).InvokeAsync();
    }

    /// <summary>Tells after each epoch what it came to: a run that breaks off later has told what it had found.</summary>
    private sealed class Progress
    {
        private int _told;

        public void Print(CrashSummary now)
        {
            var found = now.Violations.Found;
            Console.WriteLine($"{now.Cycles} kills, {now.Acknowledged} acknowledged, {found.Count} violations");
            foreach (var violation in found.Skip(_told))
            {
                Console.WriteLine($"  {violation}");
            }

            _told = found.Count;
        }
    }

    private static async Task<Violations> CutFirstStartsAsync()
    {
        var violations = new Violations();
        foreach (var point in FirstStart.Of(ServerSetup.ChosenProvider))
        {
            await FirstStart.RunAsync(point, violations);
        }

        Console.WriteLine($"{FirstStart.Of(ServerSetup.ChosenProvider).Count} first starts killed, {violations.Found.Count} violations");
        foreach (var violation in violations.Found)
        {
            Console.WriteLine($"  {violation}");
        }

        return violations;
    }
}
