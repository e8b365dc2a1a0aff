using System.Net;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Hosting;

/// <summary>Says at the start which settings are probably not what the operator meant. They do not stop the server.</summary>
internal sealed class SettingsReview(
    IConfiguration configuration, IReadOnlyList<Type> optionTypes, IOptions<ListenOptions> listen, DescriptorLimit descriptors,
    ILogger<SettingsReview> logger) : IHostedService
{
    public const string Root = "ControlPlane";
    private const string TypeSuffix = "Options";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (key, hint) in Unknown(configuration.GetSection(Root), optionTypes))
        {
            HostingLog.UnknownSetting(logger, key, hint);
        }

        foreach (var (key, text) in new[] { ("Grpc", listen.Value.Grpc), ("Http", listen.Value.Http) })
        {
            if (ListenAddress.Parse(text) is { Tls: false, Address: { } address } && !IPAddress.IsLoopback(address))
            {
                HostingLog.PlainText(logger, $"{ListenOptions.Section}:{key}", text);
            }
        }

        if (descriptors.IsLow(listen.Value.MaxConnections))
        {
            HostingLog.FewDescriptors(
                logger, descriptors.Files, Math.Min(listen.Value.MaxConnections, descriptors.PerListener), descriptors.ToReceivers);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Returns the keys below <paramref name="root"/> that no options type has, with a proposal. A section has its type's name
    /// without <c>Options</c>.
    /// </summary>
    public static IEnumerable<(string Key, string Hint)> Unknown(IConfigurationSection root, IReadOnlyList<Type> optionTypes)
    {
        var sections = optionTypes.ToDictionary(SectionOf, StringComparer.OrdinalIgnoreCase);
        foreach (var section in root.GetChildren())
        {
            if (!sections.TryGetValue(section.Key, out var type))
            {
                yield return (section.Path, Propose(section.Key, sections.Keys));
                continue;
            }

            string[] settings = [.. SettingsOf(type).Select(setting => setting.Name)];
            foreach (var setting in section.GetChildren().Where(s => !settings.Contains(s.Key, StringComparer.OrdinalIgnoreCase)))
            {
                yield return (setting.Path, Propose(setting.Key, settings));
            }
        }
    }

    /// <summary>The section that a type of options is read from.</summary>
    public static string SectionOf(Type options) => options.Name[..^TypeSuffix.Length];

    /// <summary>The settings of a section.</summary>
    public static IEnumerable<PropertyInfo> SettingsOf(Type options) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static string Propose(string written, IReadOnlyCollection<string> known)
    {
        var nearest = known.MinBy(name => Distance(written.ToUpperInvariant(), name.ToUpperInvariant()));
        return nearest is not null && Distance(written.ToUpperInvariant(), nearest.ToUpperInvariant()) <= 1 + (nearest.Length / 4)
            ? $"Did you mean {nearest}?"
            : $"There are {string.Join(", ", known.Order(StringComparer.Ordinal))}.";
    }

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[b.Length];
    }
}
