using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Telemetry;

/// <summary>Names each wrong key.</summary>
internal sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    private const string RatioKey = $"{TelemetryOptions.Section}:Traces:SamplingRatio";

    public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
    {
        var failures = new List<string>();
        var endpoint = options.Otlp.Resolve();
        if (!string.IsNullOrEmpty(endpoint) && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            var key = options.Otlp.Endpoint is null ? OtlpOptions.Variable : $"{TelemetryOptions.Section}:Otlp:Endpoint";
            // It can have a password in it.
            failures.Add($"{key}: must be an http(s) URL");
        }

        if (options.Traces.SamplingRatio is { } ratio)
        {
            if (ratio is not (>= 0 and <= 1))
            {
                failures.Add($"{RatioKey}: must be 0 to 1");
            }

            if (string.IsNullOrEmpty(endpoint))
            {
                failures.Add($"{RatioKey}: needs {TelemetryOptions.Section}:Otlp:Endpoint, where traces are sent");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
