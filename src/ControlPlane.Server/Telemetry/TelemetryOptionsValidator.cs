using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Telemetry;

/// <summary>Names the wrong key in one line.</summary>
internal sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options) =>
        string.IsNullOrEmpty(options.Otlp.Endpoint)
        || (Uri.TryCreate(options.Otlp.Endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{TelemetryOptions.Section}:Otlp:Endpoint: \"{options.Otlp.Endpoint}\" is not an http(s) URL");
}
