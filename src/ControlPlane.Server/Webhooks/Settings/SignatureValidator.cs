using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Webhooks.Dialects;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Signing;
using ControlPlane.Storage;
using ControlPlane.V1;
using SignatureAlgorithm = ControlPlane.V1.SignatureAlgorithm;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>Which secret goes with which algorithm, and which algorithm with which dialect.</summary>
internal static class SignatureValidator
{
    private const string Field = "signature_algorithm";

    /// <summary>Notes what is wrong with the algorithm and the own secret of a create, update or upsert, and fills the algorithm in.</summary>
    /// <param name="violations">Where to note.</param>
    /// <param name="webhook">The webhook as it is to be.</param>
    /// <param name="current">The webhook as it is; null for a new one.</param>
    /// <param name="ownSecret">The secret it is to get; empty for none of the caller's own.</param>
    /// <param name="dialects">Its dialects, as far as they are known.</param>
    public static void Check(
        Violations violations, Webhook webhook, Webhook? current, string ownSecret, IReadOnlyList<Dialect> dialects)
    {
        var asked = webhook.SignatureAlgorithm;
        webhook.SignatureAlgorithm = Decide(violations, "webhook.", asked, current?.SignatureAlgorithm, ownSecret, dialects);
        if (current is not null && ownSecret.Length == 0 && webhook.SignatureAlgorithm != current.SignatureAlgorithm)
        {
            violations.Add($"webhook.{Field}", "ROTATION_NEEDED", "is changed by RotateSecret, which shows the new secret");
        }
    }

    /// <summary>Returns the algorithm of the secret that a rotation makes.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT if the webhook's dialects cannot use it or the request's own secret.</exception>
    public static Storage.SignatureAlgorithm Decide(WebhookRecord webhook, SecretRotation rotation)
    {
        var violations = new Violations();
        var dialects = WebhookDialects.TryGet(webhook, out var known) ? known : [];
        var current = WebhookMapper.ToProto(webhook.SignatureAlgorithm);
        var decided = Decide(violations, "", (SignatureAlgorithm)rotation.Algorithm, current, rotation.OwnSecret, dialects);
        violations.ThrowIfAny();
        return (Storage.SignatureAlgorithm)decided;
    }

    private static SignatureAlgorithm Decide(
        Violations violations, string parent, SignatureAlgorithm asked, SignatureAlgorithm? current, string ownSecret,
        IReadOnlyList<Dialect> dialects)
    {
        if (!Enum.IsDefined(asked))
        {
            violations.Add($"{parent}{Field}", "UNKNOWN_VALUE", $"must be a value of {nameof(SignatureAlgorithm)}");
            return asked;
        }

        var isKey = Ed25519Key.IsMeant(ownSecret, dialects);
        var decided = asked != SignatureAlgorithm.Unspecified ? asked
            : isKey ? SignatureAlgorithm.Ed25519
            : ownSecret.Length > 0 ? SignatureAlgorithm.Dialect
            : current ?? SignatureAlgorithm.Dialect;
        // Of a webhook that stays as it is, the secrets are judged with its new dialect.
        if (decided == SignatureAlgorithm.Ed25519 && decided != current && dialects.FirstOrDefault(dialect => !dialect.TakesEd25519) is { } other)
        {
            violations.Add(
                $"{parent}{Field}", "ALGORITHM_NOT_SUPPORTED",
                $"needs the dialect standard-webhooks, svix or wazapin: {other.Name} has no Ed25519 signatures");
        }

        IReadOnlyList<ValidationProblem> problems = ownSecret.Length == 0 ? []
            : decided == SignatureAlgorithm.Ed25519 ? SecretForms.ValidateEd25519(ownSecret)
            : isKey ? [new("secret", "SECRET_IS_ED25519", "The secret is an Ed25519 key, which is for SIGNATURE_ALGORITHM_ED25519.")]
            : SecretForms.Validate(ownSecret, dialects);
        foreach (var problem in problems)
        {
            violations.Add(problem.Field, problem.Reason, problem.Message);
        }

        return decided;
    }
}
