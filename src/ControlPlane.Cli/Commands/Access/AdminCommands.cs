using System.CommandLine;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Cli.Commands;

/// <summary><c>hookctl admin</c></summary>
internal static class AdminCommands
{
    /// <summary>Reading a large store takes its time.</summary>
    private static readonly TimeSpan LongestCheck = TimeSpan.FromHours(24);

    public static Command Create(CommandRunner runner) => new("admin", "The server's store, and its audit log.")
    {
        CreateBackup(runner), CreateCheck(runner), StoreCommands.CreateCopy(runner), StoreCommands.CreateMigrate(runner),
        AuditCommand.Create(runner),
    };

    private static Command CreateBackup(CommandRunner runner)
    {
        var name = Flags.Text("--name", "The file's name in the server's backup directory. Default: one made of the time.", "NAME");
        var command = new Command("backup", "Copies the store, while it is used, into a file on the server's machine.") { name };
        return runner.Handle(command, async session =>
        {
            using var call = session.Server.Admin.BackupStore(
                new BackupStoreRequest { Name = session.Get(name) }, cancellationToken: session.Cancellation);
            StoreBackup? made = null;
            await foreach (var update in call.ResponseStream.ReadAllAsync(session.Cancellation))
            {
                made = update.Backup ?? made;
                if (update.Progress is { } progress && !session.Print.Json)
                {
                    session.Print.Note(StoreView.Progress(progress));
                }
            }

            session.Print.Item(made ?? new StoreBackup(), StoreView.Fields(made ?? new StoreBackup()));
            session.Print.Note("The key that encrypts webhook secrets is not in it: keep a copy of that too.");
        });
    }

    private static Command CreateCheck(CommandRunner runner) => runner.Handle(
        new Command("check", "Reads all of the store, while it is used, and looks for damage."),
        async session =>
        {
            var found = await session.Server.Admin.CheckStoreAsync(new CheckStoreRequest(), session.Call(LongestCheck));
            session.Print.Item(found, StoreView.Fields(found));
            return found.Problems.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
}
