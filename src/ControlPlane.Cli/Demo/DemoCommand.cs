using System.CommandLine;
using System.Runtime.InteropServices;
using ControlPlane.Cli.Commands;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Serving;

namespace ControlPlane.Cli.Demo;

/// <summary><c>hookctl demo</c></summary>
internal static class DemoCommand
{
    public static Command Create(CommandRunner runner)
    {
        var server = ServerOption.Create();
        var command = new Command(
            "demo",
            "Shows the whole path of events within a minute: starts a server on a temporary store and an HTTPS receiver, publishes, "
            + "watches, verifies what arrives, rotates a secret, and cleans up. Exit code 1 if a step fails.")
        {
            server,
        };
        return runner.Handle(command, async session =>
        {
            // Ctrl-C and SIGTERM cancel every command; a terminal that closes must not leave the child behind either.
            using var end = CancellationTokenSource.CreateLinkedTokenSource(session.Cancellation);
            using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
            {
                signal.Cancel = true;
                end.Cancel();
            });
            try
            {
                await new DemoRun(session.Print, session.Host.Time).RunAsync(
                    DotnetMuxer.ServerAssembly(session.Given(server) ? session.Get(server) : null), end.Token);
                return ExitCodes.Ok;
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                session.Print.Note("interrupted; the server was stopped");
                return ExitCodes.Interrupted;
            }
            catch (DemoFailedException e)
            {
                session.Print.Note($"The demo failed: {e.Message}");
                return ExitCodes.Failed;
            }
        });
    }
}
