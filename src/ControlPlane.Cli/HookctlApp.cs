using System.CommandLine;
using System.CommandLine.Invocation;
using ControlPlane.Cli.Commands;
using ControlPlane.Cli.Commands.Webhooks;
using ControlPlane.Cli.Connection;
using ControlPlane.Cli.Demo;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Listening;
using ControlPlane.Cli.Monitor;

namespace ControlPlane.Cli;

/// <summary>The command tree and its one way in.</summary>
internal static class HookctlApp
{
    // The demo ends a child process and closes listeners when it is interrupted.
    private static readonly TimeSpan TimeToClean = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string[] args, CliHost host, CancellationToken cancellationToken = default)
    {
        // @FILE belongs to --data here; the parser would take it for a file of further arguments.
        var parsed = BuildTree(host).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        // A group without its command gets the list of them; for a wrong flag the error alone is easier to see.
        if (parsed.Action is ParseErrorAction wrong && parsed.CommandResult.Command.Subcommands.Count == 0)
        {
            (wrong.ShowHelp, wrong.ShowTypoCorrections) = (false, false);
        }

        var configuration = new InvocationConfiguration
        {
            Output = host.Output,
            Error = host.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeToClean,
        };
        var exitCode = await parsed.InvokeAsync(configuration, cancellationToken);
        return parsed.Errors.Count > 0 ? ExitCodes.Usage : exitCode;
    }

    private static RootCommand BuildTree(CliHost host)
    {
        var options = new GlobalOptions();
        var runner = new CommandRunner(host, options);
        var root = new RootCommand(
            """
            Controls a webhook control plane: registers webhooks, publishes events, shows and watches deliveries.

            Exit codes: 0 done; 1 the server refused or failed, or the test attempt failed; 2 wrong command line; 3 no connection,
            no answer in time, or the key was not accepted; 130 interrupted.
            """)
        {
            WebhookCommands.Create(runner),
            EventTypeCommands.Create(runner),
            EventCommands.Create(runner),
            DeliveryCommands.Create(runner),
            RedriveCommands.Create(runner),
            TenantCommands.Create(runner),
            KeyCommands.Create(runner),
            AdminCommands.Create(runner),
            ShowRetrySchedule.Create(runner),
            MonitorCommand.Create(runner),
            ListenCommand.Create(runner),
            HealthCommand.Create(runner),
            InfoCommand.Create(runner),
            DemoCommand.Create(runner),
        };
        options.AddTo(root);
        return root;
    }
}
