namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>Where the master key is kept when configuration has none.</summary>
/// <param name="Path">A file; null where storage is no file, so that there is nothing to keep it beside.</param>
internal sealed record MasterKeyPlace(string? Path)
{
    /// <summary>The place that belongs to a store.</summary>
    public static MasterKeyPlace Beside(string? storagePath) => new(string.IsNullOrEmpty(storagePath) ? null : storagePath + ".key");
}
