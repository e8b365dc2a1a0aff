using ControlPlane.Storage;

namespace ControlPlane.Server.Catalog;

/// <summary>A tenant's webhooks change so often that nothing computed from them holds until it is stored. Nothing was; try again.</summary>
internal sealed class ConfigurationContendedException(string tenantId)
    : StorageUnavailableException($"The webhooks of tenant {tenantId} keep changing.");
