using System.CommandLine;
using ControlPlane.Cli.Values;

namespace ControlPlane.Cli.Connection;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public Option<string> Address { get; } =
        Flags.Text("--address", $"The server. Environment: HOOKCTL_ADDRESS. [default: {ConnectionSettings.DefaultAddress}]", "URL");

    public Option<string> Key { get; } = Flags.Text(
        "--key", "The API key. Environment: HOOKCTL_KEY, which other users of the machine cannot see in its process list.", "KEY");

    public Option<string> Tenant { get; } = Flags.Text(
        "--tenant", "The tenant to act for; - lists all of them. Default: the key's own. Environment: HOOKCTL_TENANT.", "ID");

    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON, one object per line." };

    public Option<string> Ca { get; } = Flags.Text(
        "--ca", "PEM file of the certificates to trust instead of the system's, for https servers. Environment: HOOKCTL_CA.", "FILE");

    public Option<TimeSpan?> Timeout { get; } =
        Flags.Duration("--timeout", "How long a call may take; a watch has no end. [default: 30s; 90s for a test]");

    public void AddTo(Command root)
    {
        Option[] all = [Address, Key, Tenant, Json, Ca, Timeout];
        foreach (var option in all)
        {
            option.Recursive = true;
            root.Add(option);
        }
    }
}
