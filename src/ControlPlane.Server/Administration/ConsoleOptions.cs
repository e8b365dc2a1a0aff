using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Administration;

/// <summary>The web console and the portal for a tenant's own people, section <c>ControlPlane:Console</c>.</summary>
internal sealed class ConsoleOptions
{
    public const string Section = "ControlPlane:Console";

    /// <summary>The console at <c>/console</c>.</summary>
    /// <value>Default: true.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>The portal at <c>/portal</c>.</summary>
    /// <value>Default: true.</value>
    public bool Portal { get; set; } = true;

    /// <summary>What the portal is called in its heading.</summary>
    /// <value>Default: <c>Webhooks</c>.</value>
    [StringLength(60, MinimumLength = 1, ErrorMessage = "must have 1 to 60 characters")]
    public string Name { get; set; } = "Webhooks";

    /// <summary>The colour of the portal's heading, as <c>#rrggbb</c>. What is written on it is black or white, whichever can be read better.</summary>
    /// <value>Default: none; the heading has the colours of the rest.</value>
    public string? Accent { get; set; }

    /// <summary>Where browsers reach the portal, as an absolute http or https URL without query and fragment.</summary>
    /// <value>Default: none; <c>/portal/</c> of the address that <c>ControlPlane:Listen:Http</c> names.</value>
    public string? Url { get; set; }

    /// <summary>The origins (<c>https://app.example.com</c>), separated by commas, whose pages may hold the portal in a frame.</summary>
    /// <value>Default: none.</value>
    public string? FrameAncestors { get; set; }

    /// <summary>The origins one by one.</summary>
    public string[] FrameAncestorList => FrameAncestors?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}

/// <summary>Names what would end up in headers and links and does not belong there.</summary>
internal sealed partial class ConsoleOptionsValidator : IValidateOptions<ConsoleOptions>
{
    public ValidateOptionsResult Validate(string? name, ConsoleOptions options)
    {
        var faults = new List<string>();
        if (!string.IsNullOrEmpty(options.Accent) && !Colour().IsMatch(options.Accent))
        {
            faults.Add($"{ConsoleOptions.Section}:{nameof(options.Accent)}: \"{options.Accent}\" is not a colour such as #1f6feb");
        }

        if (!string.IsNullOrEmpty(options.Url) && !(Read(options.Url) is { } url && url.Query.Length + url.Fragment.Length + url.UserInfo.Length == 0))
        {
            faults.Add($"{ConsoleOptions.Section}:{nameof(options.Url)}: \"{options.Url}\" is not a URL such as https://hooks.example.com/portal/");
        }

        faults.AddRange(options.FrameAncestorList
            .Where(origin => Read(origin)?.GetLeftPart(UriPartial.Authority) != origin)
            .Select(origin => $"{ConsoleOptions.Section}:{nameof(options.FrameAncestors)}: \"{origin}\" is not an origin such as https://app.example.com"));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static Uri? Read(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp) ? url : null;

    [GeneratedRegex("^#[0-9a-fA-F]{6}$")]
    private static partial Regex Colour();
}
