using System.Reflection;
using ControlPlane.Server.Hosting.Offline;

namespace ControlPlane.Server.Hosting;

/// <summary>What the command line asks for besides settings.</summary>
/// <param name="Answer">What to print instead of starting; null to start.</param>
/// <param name="Command">What to do instead of serving, see <see cref="OfflineCommands"/>; null to serve.</param>
/// <param name="CheckConfig">Whether to check the settings and show them instead of starting.</param>
/// <param name="Settings">The settings of the command line.</param>
internal sealed record StartArguments(string? Answer, string? Command, bool CheckConfig, string[] Settings)
{
    private const string Check = "--check-config";

    private const string Usage =
        """
        The webhook control plane: accepts events, delivers them signed over HTTPS, streams what happens.

        Usage:
          ControlPlane.Server [--ControlPlane:SECTION:KEY=VALUE ...]
          ControlPlane.Server copy --from STORE --to STORE [--ControlPlane:SECTION:KEY=VALUE ...]
          ControlPlane.Server migrate [--ControlPlane:SECTION:KEY=VALUE ...]

        Settings are read from appsettings.json in the working directory, the environment (ControlPlane__SECTION__KEY) and the command line;
        later ones win.

        Commands:
          copy     Copies a store that no server is on into an empty one of any engine, compares both, and shows how much there is. Run
                   again, it goes on from where it was cut off. STORE is litedb:FILE, sqlite:FILE, postgres:CONNECTION, or the file of a
                   store; postgres: alone is the database of the settings. The key is ControlPlane:Secrets:MasterKey, or the source's
                   key file, which is copied too.
          migrate  Brings the PostgreSQL database of the settings to the schema of this version, and says what it did.

        Options:
          --check-config  Check every setting and show it with where it comes from, secrets masked; exit code 1 if one is wrong.
          --version       Show the version.
          -h, --help      Show this.
        """;

    public static StartArguments Parse(string[] arguments) => new(
        arguments.Any(argument => argument is "--help" or "-h" or "-?") ? Usage
            : arguments.Contains("--version") ? Version()
            : null,
        arguments is [OfflineCommands.Copy or OfflineCommands.Migrate, ..] ? arguments[0] : null,
        arguments.Contains(Check),
        [.. arguments.Where((argument, i) => argument != Check && !(i == 0 && argument is OfflineCommands.Copy or OfflineCommands.Migrate))]);

    private static string Version() =>
        typeof(StartArguments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
