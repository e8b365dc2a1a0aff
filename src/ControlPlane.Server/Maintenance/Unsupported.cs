using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;

namespace ControlPlane.Server.Maintenance;

/// <summary>The error of a call that the store's engine cannot do.</summary>
internal static class Unsupported
{
    public static RequestException Error(string capability, EngineCapabilities capabilities) => RequestErrors.FailedPrecondition(
        "NOT_SUPPORTED_BY_ENGINE", capability, $"The store's engine has no {capability} of its own. {capabilities.Instead}");
}
