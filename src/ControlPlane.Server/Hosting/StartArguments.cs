using System.Reflection;

namespace ControlPlane.Server.Hosting;

/// <summary>What the command line asks for besides settings.</summary>
/// <param name="Answer">What to print instead of starting; null to start.</param>
/// <param name="CheckConfig">Whether to check the settings and show them instead of starting.</param>
/// <param name="Settings">The settings of the command line.</param>
internal sealed record StartArguments(string? Answer, bool CheckConfig, string[] Settings)
{
    private const string Check = "--check-config";

    private const string Usage =
        """
        The webhook control plane: accepts events, delivers them signed over HTTPS, streams what happens.

        Usage:
          ControlPlane.Server [--ControlPlane:SECTION:KEY=VALUE ...]

        Settings are read from appsettings.json in the working directory, the environment (ControlPlane__SECTION__KEY) and the command line;
        later ones win.

        Options:
          --check-config  Check every setting and show it with where it comes from, secrets masked; exit code 1 if one is wrong.
          --version       Show the version.
          -h, --help      Show this.
        """;

    public static StartArguments Parse(string[] arguments) => new(
        arguments.Any(argument => argument is "--help" or "-h" or "-?") ? Usage
            : arguments.Contains("--version") ? Version()
            : null,
        arguments.Contains(Check),
        [.. arguments.Where(argument => argument != Check)]);

    private static string Version() =>
        typeof(StartArguments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
