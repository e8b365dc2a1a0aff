using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;

namespace ControlPlane.Server.Hosting.Offline;

/// <summary>
/// The master key of a copy: the source's own, since secrets are copied as they are sealed. It is in the settings for both, or travels
/// with the store from one key file to the other.
/// </summary>
internal static class CopyKeys
{
    /// <summary>Looks whether the target will have the source's key, before anything is copied.</summary>
    /// <returns>The key and the file that has to get it; the file is null if there is nothing to do.</returns>
    /// <exception cref="StartupException">It will not, or the key does not open the source's secrets.</exception>
    public static async Task<(MasterKey Key, string? File)> CheckAsync(
        StoreAddress from, StoreAddress to, ICopySource source, IConfiguration settings, CancellationToken cancellationToken)
    {
        var configured = settings[SecretsOptions.MasterKeySetting];
        var key = string.IsNullOrEmpty(configured) ? ReadBeside(from)
            : MasterKey.TryParse(configured, out var parsed) ? parsed
            : throw new StartupException($"{SecretsOptions.MasterKeySetting}: is not base64 of {MasterKey.Length} bytes");
        await CheckSecretsAsync(source, new SecretSealer(key), cancellationToken);
        if (!string.IsNullOrEmpty(configured))
        {
            return (key, null);
        }

        if (MasterKeyPlace.Beside(to.File).Path is not { } file)
        {
            throw new StartupException(
                $"{SecretsOptions.MasterKeySetting}: is needed with \"{to.Provider}\", which has no place for a key file; set it to what '{MasterKeyPlace.Beside(from.File).Path}' holds");
        }

        if (!File.Exists(file))
        {
            return (key, file);
        }

        return MasterKeyFile.Read(file).Export() == key.Export()
            ? (key, null)
            : throw new StartupException($"'{file}' holds another key than the source has: the target could not open the source's secrets. Remove it if nothing needs it.");
    }

    private static MasterKey ReadBeside(StoreAddress from) => MasterKeyPlace.Beside(from.File).Path switch
    {
        null => throw new StartupException($"{SecretsOptions.MasterKeySetting}: is needed with \"{from.Provider}\"; set it to the key of its nodes"),
        var file when File.Exists(file) => MasterKeyFile.Read(file),
        var file => throw new StartupException($"{SecretsOptions.MasterKeySetting}: is not set, and there is no '{file}' with the source's key"),
    };

    private static async Task CheckSecretsAsync(ICopySource source, SecretSealer sealer, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        for (long? after = CopyPage.Begin; after is { } position;)
        {
            var page = await source.ReadAsync(EntryKind.Webhook, position, cancellationToken);
            foreach (var webhook in page.Items.OfType<StoreEntry.Webhook>().Where(webhook => webhook.DeleteTime is null).Select(webhook => webhook.Record))
            {
                if (webhook.Secrets.Any(secret => !(secret.ExpireTime <= now) && !sealer.TryOpen(webhook.Id, secret.Id, secret.Sealed, out _)))
                {
                    throw new StartupException(
                        $"{SecretsOptions.MasterKeySetting}: the key does not open the secrets of webhook {webhook.Id}: it is not the source's");
                }
            }

            after = page.Next;
        }
    }
}
