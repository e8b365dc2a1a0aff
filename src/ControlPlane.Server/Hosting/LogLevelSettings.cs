using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Hosting;

/// <summary>The levels of the section <c>Logging</c>.</summary>
internal static class LogLevelSettings
{
    private const string Levels = "LogLevel";

    /// <summary>Libraries say little unless they are asked to. As settings of the lowest rank: filters in code would overrule those of the operator.</summary>
    public static MemoryConfigurationSource Defaults => new()
    {
        InitialData =
        [
            new($"Logging:{Levels}:Microsoft.AspNetCore", nameof(LogLevel.Warning)),
            new($"Logging:{Levels}:Grpc", nameof(LogLevel.Warning)),
        ],
    };

    /// <summary>Checks them; the logging library would refuse them with a stack trace and no key.</summary>
    /// <exception cref="OptionsValidationException">A level is none; names every such key.</exception>
    public static void Check(IConfiguration configuration)
    {
        var logging = configuration.GetSection("Logging");
        var wrong = logging.GetChildren()
            .Select(child => child.Key.Equals(Levels, StringComparison.OrdinalIgnoreCase) ? child : child.GetSection(Levels))
            .SelectMany(section => section.GetChildren())
            .Where(level => level.Value is { Length: > 0 } text && !Enum.TryParse<LogLevel>(text, ignoreCase: true, out _))
            .Select(level => $"{level.Path}: \"{level.Value}\" is not a log level; there are {string.Join(", ", Enum.GetNames<LogLevel>())}")
            .ToList();
        if (wrong.Count > 0)
        {
            throw new OptionsValidationException("Logging", typeof(LogLevel), wrong);
        }
    }
}
