using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Hosting;

/// <summary>Checks the levels of the section <c>Logging</c>, which the logging library would refuse with a stack trace and no key.</summary>
internal static class LogLevelSettings
{
    private const string Levels = "LogLevel";

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
