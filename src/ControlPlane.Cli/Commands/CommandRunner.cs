using System.CommandLine;
using ControlPlane.Cli.Connection;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Reporting;
using Grpc.Core;

namespace ControlPlane.Cli.Commands;

/// <summary>Runs commands and turns whatever ends them into a message and an exit code.</summary>
internal sealed class CommandRunner(CliHost host, GlobalOptions options)
{
    /// <summary>Gives <paramref name="command"/> its action.</summary>
    public Command Handle(Command command, Func<Session, Task<int>> run)
    {
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, run, cancellationToken));
        return command;
    }

    /// <summary>Gives <paramref name="command"/> an action that either succeeds or throws.</summary>
    public Command Handle(Command command, Func<Session, Task> run) => Handle(command, async session =>
    {
        await run(session);
        return ExitCodes.Ok;
    });

    private async Task<int> RunAsync(ParseResult arguments, Func<Session, Task<int>> run, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = new ServerConnection(ConnectionSettings.Read(options, arguments, host.Environment), host.Time);
            try
            {
                return await run(new Session(host, arguments, options, connection, cancellationToken));
            }
            catch (RpcException e) when (!(e.StatusCode is StatusCode.Cancelled && cancellationToken.IsCancellationRequested))
            {
                return ErrorReport.Write(e, connection, host.Error);
            }
        }
        catch (Exception e) when (e is UsageException or IOException or UnauthorizedAccessException)
        {
            host.Error.WriteLine($"error: {e.Message}");
            return ExitCodes.Usage;
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException && cancellationToken.IsCancellationRequested)
        {
            host.Error.WriteLine("interrupted");
            return ExitCodes.Interrupted;
        }
    }
}
