using ControlPlane.Egress.Policy;
using ControlPlane.Egress.Trust;
using Microsoft.Extensions.Options;

namespace ControlPlane.Egress;

/// <summary>Refuses settings the egress could not work with, one line per fault, each naming its key.</summary>
internal sealed class EgressOptionsValidator : IValidateOptions<EgressOptions>
{
    public ValidateOptionsResult Validate(string? name, EgressOptions options)
    {
        List<string> failures =
        [
            .. options.AllowedNetworks
                .Where(text => !Cidr.TryParse(text, out _))
                .Select(text => Line(nameof(options.AllowedNetworks), $"\"{text}\" is not a CIDR network")),
        ];
        if (!PortSet.TryParse(options.AllowedPorts, out _, out var fault))
        {
            failures.Add(Line(nameof(options.AllowedPorts), fault));
        }

        if (options.TrustedCertificates is { } path && !TrustedCertificates.TryLoad(path, out _, out fault))
        {
            failures.Add(Line(nameof(options.TrustedCertificates), fault));
        }

        // The value is not repeated: it may hold the proxy's password.
        if (options.Proxy is { } proxy && !EgressProxy.TryParse(proxy, out _))
        {
            failures.Add(Line(nameof(options.Proxy), "is not an absolute http, https, socks4, socks4a or socks5 URI of a host"));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string Line(string key, string fault) => $"{EgressOptions.Section}:{key}: {fault}";
}
