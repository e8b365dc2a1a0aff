using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Webhooks.Inspecting;

/// <summary>Bounds tests and probes at once: each holds a connection to a receiver for as long as the call lasts.</summary>
internal sealed class TrialLimit
{
    /// <summary>At once, over all tenants.</summary>
    public const int Most = 200;

    /// <summary>Of those, one tenant's.</summary>
    public const int MostPerTenant = 20;

    private readonly AtOnce _underWay = new(Most, MostPerTenant);

    /// <summary>Counts one in until what is returned is disposed of.</summary>
    /// <exception cref="RequestException">RESOURCE_EXHAUSTED.</exception>
    public IDisposable Enter(string tenantId) => _underWay.TryEnter(tenantId) ?? throw RequestErrors.QuotaExceeded(
        "TOO_MANY_TRIALS",
        tenantId,
        $"As many tests and probes as may be are under way: {MostPerTenant} of one tenant, {Most} in all.",
        TimeSpan.FromSeconds(5));
}
