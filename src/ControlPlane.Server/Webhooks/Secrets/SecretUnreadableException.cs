namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>A stored secret cannot be decrypted. The message is one line for the operator and tells nothing of the secret.</summary>
internal sealed class SecretUnreadableException(string message) : Exception(message)
{
    public static SecretUnreadableException For(string webhookId, string secretId) => new(
        $"The secret {secretId} of webhook {webhookId} cannot be decrypted: {SecretsOptions.MasterKeySetting} (or the key file beside "
        + "the store) is not the key it was stored under. Bring that key back, or rotate the secret.");
}
