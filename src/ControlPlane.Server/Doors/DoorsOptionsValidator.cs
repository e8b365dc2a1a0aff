using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Doors;

/// <summary>Names the origin that is none: browsers compare origins as texts, so that one with a path would never match.</summary>
internal sealed class DoorsOptionsValidator : IValidateOptions<DoorsOptions>
{
    public ValidateOptionsResult Validate(string? name, DoorsOptions options)
    {
        var wrong = options.OriginList.Where(origin => !IsOrigin(origin)).ToList();
        return wrong.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(wrong.Select(origin =>
                $"{DoorsOptions.Section}:{nameof(DoorsOptions.Origins)}: \"{origin}\" is not an origin such as https://console.example.com"));
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.GetLeftPart(UriPartial.Authority) == text;
}
