using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace ControlPlane.Server.Hosting;

/// <summary>Every setting with its value and where that comes from, a line each, secrets masked.</summary>
internal static partial class SettingsReport
{
    private const string Masked = "***";

    public static IEnumerable<string> Lines(IConfigurationRoot configuration, IReadOnlyList<Type> optionTypes) => optionTypes
        .OrderBy(SettingsReview.SectionOf, StringComparer.Ordinal)
        .SelectMany(type => Settings($"{SettingsReview.Root}:{SettingsReview.SectionOf(type)}", type, Activator.CreateInstance(type)))
        .Select(setting => Line(configuration, setting.Key, setting.Default));

    private static IEnumerable<(string Key, object? Default)> Settings(string section, Type type, object? defaults)
    {
        foreach (var property in SettingsReview.SettingsOf(type))
        {
            var (key, value) = ($"{section}:{property.Name}", property.GetValue(defaults));
            if (property.PropertyType.IsClass && property.PropertyType != typeof(string))
            {
                foreach (var nested in Settings(key, property.PropertyType, value))
                {
                    yield return nested;
                }
            }
            else
            {
                yield return (key, value);
            }
        }
    }

    private static string Line(IConfigurationRoot configuration, string key, object? fallback)
    {
        foreach (var provider in configuration.Providers.Reverse())
        {
            if (provider.TryGet(key, out var set))
            {
                return $"{key} = {Mask(key, set)} ({SourceOf(provider)})";
            }
        }

        return $"{key} = {fallback} (default)";
    }

    private static string SourceOf(IConfigurationProvider provider) => provider switch
    {
        CommandLineConfigurationProvider => "command line",
        EnvironmentVariablesConfigurationProvider => "environment",
        JsonConfigurationProvider json => json.Source.Path ?? "file",
        _ => provider.ToString() ?? "",
    };

    private static string? Mask(string key, string? value) =>
        string.IsNullOrEmpty(value) ? value
        : key.EndsWith("Key", StringComparison.Ordinal) ? Masked
        : Passwords().Replace(UserInfo().Replace(value, $"$1{Masked}@"), $"$1={Masked}");

    [GeneratedRegex("\\b(password|pwd)\\s*=\\s*[^;]*", RegexOptions.IgnoreCase)]
    private static partial Regex Passwords();

    [GeneratedRegex("(://)[^/@]*@")]
    private static partial Regex UserInfo();
}
