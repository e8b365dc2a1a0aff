using System.CommandLine;
using ControlPlane.Cli.Serving;
using ControlPlane.Cli.Values;

namespace ControlPlane.Cli.Commands;

/// <summary>What is done to a store while no server is on it, by the server's own program.</summary>
internal static class StoreCommands
{
    public static Command CreateCopy(CommandRunner runner)
    {
        var from = Flags.Text("--from", "The store to copy. litedb:FILE, sqlite:FILE, postgres:CONNECTION, or the file of a store.", "STORE");
        var to = Flags.Text("--to", "The store to copy into, the same; empty, or made by this.", "STORE");
        var server = ServerOption.Create();
        (from.Required, to.Required) = (true, true);
        var command = new Command(
            "copy",
            "Copies a store that no server is on into one of any engine, compares both, and shows how much there is. Run again, it goes on from "
            + "where it was cut off. Exit code 1 if they are not equal. Settings of the server, such as ControlPlane__Secrets__MasterKey, hold; "
            + "postgres: alone is the database of ControlPlane__Storage__ConnectionString.")
        {
            from, to, server,
        };
        return runner.Handle(command, session => RunAsync(session, server, "copy", "--from", session.Get(from), "--to", session.Get(to)));
    }

    public static Command CreateMigrate(CommandRunner runner)
    {
        var server = ServerOption.Create();
        var command = new Command(
            "migrate",
            "Brings the PostgreSQL database of ControlPlane__Storage__ConnectionString to the schema of this version, ahead of the first server of "
            + "it, and says what it did. Does no harm when run twice, or by several at once.")
        {
            server,
        };
        return runner.Handle(command, session => RunAsync(session, server, "migrate"));
    }

    private static Task<int> RunAsync(Session session, Option<string> server, params string[] arguments) => ServerRun.RunAsync(
        session.Host, DotnetMuxer.ServerAssembly(session.Given(server) ? session.Get(server) : null), arguments, session.Cancellation);
}
