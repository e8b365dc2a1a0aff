namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>How webhook secrets are kept, section <c>ControlPlane:Secrets</c>. Validated at start.</summary>
internal sealed class SecretsOptions
{
    public const string Section = "ControlPlane:Secrets";

    /// <summary>The full name of <see cref="MasterKey"/>, for messages.</summary>
    public const string MasterKeySetting = $"{Section}:{nameof(MasterKey)}";

    /// <summary>The key under which secrets are encrypted at rest: base64 of 32 bytes.</summary>
    /// <value>Default: none; the key is then in a file beside the store, which the first start makes.</value>
    public string? MasterKey { get; set; }
}
