using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ControlPlane.Egress;

/// <summary>
/// Reads <see cref="EgressOptions"/>. The list settings may be one comma-separated text (an environment variable) or a
/// list (a settings file); the stock binder would silently ignore the text form.
/// </summary>
internal sealed class EgressOptionsBinder(IConfiguration configuration) : IConfigureOptions<EgressOptions>
{
    public void Configure(EgressOptions options)
    {
        var section = configuration.GetSection(EgressOptions.Section);
        options.AllowedNetworks = ReadList(section, nameof(EgressOptions.AllowedNetworks)) ?? options.AllowedNetworks;
        if (ReadList(section, nameof(EgressOptions.AllowedPorts)) is { } ports)
        {
            options.AllowedPorts = string.Join(", ", ports);
        }

        options.TrustedCertificates = ReadText(section, nameof(EgressOptions.TrustedCertificates)) ?? options.TrustedCertificates;
        options.Proxy = ReadText(section, nameof(EgressOptions.Proxy)) ?? options.Proxy;
    }

    private static string? ReadText(IConfigurationSection section, string key) =>
        string.IsNullOrWhiteSpace(section[key]) ? null : section[key]!.Trim();

    private static string[]? ReadList(IConfigurationSection section, string key)
    {
        var list = section.GetSection(key);
        string?[] texts = [list.Value, .. list.GetChildren().Select(child => child.Value)];
        const StringSplitOptions Clean = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        return texts.All(text => text is null)
            ? null
            : [.. texts.SelectMany(text => text?.Split(',', Clean) ?? [])];
    }
}
