using System.Security.Cryptography;
using System.Text;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Webhooks.Dialects;
using ControlPlane.Signing;
using ControlPlane.Storage;
using SignatureAlgorithm = ControlPlane.Storage.SignatureAlgorithm;

namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>Makes the secrets of webhooks, and decides which of them sign.</summary>
internal sealed class WebhookSecrets(SecretSealer sealer, IdSource ids)
{
    /// <summary>Seals a webhook's credentials.</summary>
    public WebhookRecord SealCredentials(WebhookRecord webhook) => sealer.Seal(webhook);

    /// <summary>Whether a change leaves the credentials as they were.</summary>
    public bool KeepsCredentials(WebhookRecord before, WebhookRecord after) => sealer.HaveSame(before, after);

    /// <summary>Returns the secret that a webhook is to get: the caller's own in the form in which it is kept, or a new one.</summary>
    /// <param name="webhook">The webhook with the algorithm that the secret is for.</param>
    /// <param name="own">The caller's own, which was checked; empty to make one.</param>
    public static string Make(WebhookRecord webhook, string own) =>
        own.Length > 0 ? Normalize(webhook, own)
        : webhook.SignatureAlgorithm == SignatureAlgorithm.Ed25519 ? Ed25519Key.Generate().Secret
        : WebhookSecret.Generate();

    /// <summary>A secret as it is stored.</summary>
    /// <param name="webhook">The webhook with the algorithm that the secret is for.</param>
    /// <param name="secret">The secret in the form in which it is kept.</param>
    /// <param name="now">When it is set.</param>
    public SecretRecord Seal(WebhookRecord webhook, string secret, DateTimeOffset now)
    {
        var id = ids.Next("sec_");
        var key = webhook.SignatureAlgorithm == SignatureAlgorithm.Ed25519 ? Ed25519Key.Read(secret) : null;
        return new(id, WebhookSecret.Hint(secret), sealer.Seal(webhook.Id, id, secret), now, ExpireTime: null, key?.PublicKey);
    }

    /// <summary>Refuses a change to a dialect that cannot use a secret that signs.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public void RequireKeys(WebhookRecord before, WebhookRecord after, DateTimeOffset now)
    {
        var same = (before.Dialect, before.AdditionalDialect) == (after.Dialect, after.AdditionalDialect) && after.CustomDialect is null;
        if (same || !WebhookDialects.TryGet(after, out var dialects))
        {
            return;
        }

        IReadOnlyList<Dialect> used = WebhookDialects.TryGet(before, out var known) ? known : [];
        var violations = new Violations();
        foreach (var secret in Signing(after.Secrets, now))
        {
            // One that does not open is for the operator, and signs nothing.
            if (!sealer.TryOpen(after.Id, secret.Id, secret.Sealed, out var opened))
            {
                continue;
            }

            for (var i = 0; i < dialects.Count; i++)
            {
                // A secret that signs in a dialect goes on doing so, also where a new one would be refused.
                if (used.Contains(dialects[i]))
                {
                    continue;
                }

                var field = i > 0 ? "additional_dialect" : after.CustomDialect is null ? "dialect" : "custom_dialect";
                if (secret.PublicKey is not null)
                {
                    if (!dialects[i].TakesEd25519)
                    {
                        violations.Add($"webhook.{field}", "ALGORITHM_NOT_SUPPORTED", $"cannot use the Ed25519 key {secret.Id}; rotate it first");
                    }

                    continue;
                }

                foreach (var problem in WebhookSecret.Validate(opened, dialects[i]))
                {
                    violations.Add($"webhook.{field}", problem.Reason, $"cannot use the secret {secret.Id}; rotate it first. {problem.Message}");
                }
            }
        }

        violations.ThrowIfAny();
    }

    /// <summary>Whether a secret is the one that a webhook signs with as its current one; not if that cannot be opened.</summary>
    public bool IsCurrent(WebhookRecord webhook, string secret) =>
        webhook.Secrets is [var newest, ..]
        && sealer.TryOpen(webhook.Id, newest.Id, newest.Sealed, out var opened)
        && (Same(opened, secret) | Same(opened, Normalize(webhook, secret)));

    /// <summary>Returns the form in which a webhook keeps a secret; see <see cref="SecretForms.Normalize"/>.</summary>
    public static string Normalize(WebhookRecord webhook, string secret) =>
        WebhookDialects.TryGet(webhook, out var dialects) ? SecretForms.Normalize(secret, dialects) : secret;

    private static bool Same(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    /// <summary>The secrets that sign at a time, newest first.</summary>
    public static IReadOnlyList<SecretRecord> Signing(IReadOnlyList<SecretRecord> secrets, DateTimeOffset now) =>
        [.. secrets.Where(s => s.ExpireTime is not { } end || end > now)];

    /// <summary>
    /// The secrets after a rotation: the new one, and of those before it the newest that the grace period lets sign on. None
    /// gets longer than it was given before.
    /// </summary>
    public static IReadOnlyList<SecretRecord> Rotate(
        IReadOnlyList<SecretRecord> secrets, SecretRecord newest, TimeSpan grace, DateTimeOffset now)
    {
        var end = now + grace;
        var older = secrets.Select(s => s.ExpireTime < end ? s : s with { ExpireTime = end });
        return [newest, .. Signing([.. older], now).Take(SecretLimits.Signing - 1)];
    }
}
