using System.CommandLine;
using ControlPlane.Cli.Values;

namespace ControlPlane.Cli.Serving;

/// <summary>The option that says which server's program to start.</summary>
internal static class ServerOption
{
    public static Option<string> Create() => Flags.Text("--server", "The server's dll. Default: the one built beside this program.", "FILE");
}
