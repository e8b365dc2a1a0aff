using System.CommandLine;
using ControlPlane.Cli.Connection;
using ControlPlane.Cli.Output;
using Grpc.Core;

namespace ControlPlane.Cli.Commands;

/// <summary>One run of one command: its arguments, its server and its output.</summary>
internal sealed class Session(
    CliHost host, ParseResult arguments, GlobalOptions options, ServerConnection connection, CancellationToken cancellationToken)
{
    public CliHost Host => host;

    public ServerConnection Server => connection;

    public Printer Print { get; } = new(host, arguments.GetValue(options.Json));

    public CancellationToken Cancellation => cancellationToken;

    public DateTimeOffset Now => host.Time.GetUtcNow();

    /// <summary>The tenant to act for; empty for the key's own.</summary>
    public string Tenant => arguments.GetValue(options.Tenant) ?? host.Environment("HOOKCTL_TENANT") ?? "";

    public T? Get<T>(Option<T> option) => arguments.GetValue(option);

    public string Get(Option<string> option) => arguments.GetValue(option) ?? "";

    public T[] Get<T>(Option<T[]> option) => arguments.GetValue(option) ?? [];

    public T[] Get<T>(Argument<T[]> argument) => arguments.GetValue(argument) ?? [];

    public string Get(Argument<string> argument) => arguments.GetValue(argument) ?? "";

    /// <summary>The user wrote this option.</summary>
    public bool Given(Option option) => arguments.GetResult(option) is { Implicit: false };

    /// <summary>Options of a call that answers once.</summary>
    public CallOptions Call(TimeSpan? usual = null) => connection.Call(cancellationToken, usual);
}
