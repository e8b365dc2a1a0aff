namespace ControlPlane.Server.Catalog;

/// <summary>A tenant's webhooks change so often that nothing computed from them holds until it is stored.</summary>
internal sealed class ConfigurationContendedException(string tenantId)
    : Exception($"The webhooks of tenant {tenantId} keep changing.");
