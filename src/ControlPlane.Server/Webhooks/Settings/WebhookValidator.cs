using System.Collections.Frozen;
using ControlPlane.Egress.Policy;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Telemetry;
using ControlPlane.Server.Webhooks.Dialects;
using ControlPlane.Server.Webhooks.Retries;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Signing;
using ControlPlane.V1;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>
/// Checks requests against what the protos promise, all fields at once. What it returns is complete and canonical: URLs in the
/// one form that was judged, the dialect named.
/// </summary>
internal sealed class WebhookValidator(UrlPolicy urls, TimeProvider clock)
{
    private const string Field = "webhook";

    /// <summary>Fields that an update leaves as they are.</summary>
    private static readonly FrozenSet<string> Fixed = FrozenSet.Create(
        StringComparer.Ordinal, "id", "tenant_id", "state", "state_reason", "secrets", "etag", "create_time", "update_time", "number");

    /// <summary>Answers the webhook to create.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public Webhook Accept(CreateWebhookRequest request, Predicate<string>? unknownType = null)
    {
        var violations = new Violations();
        var webhook = request.Webhook?.Clone();
        if (webhook is null)
        {
            violations.Add(Field, "REQUIRED", "must be set");
            CheckSecret(violations, request.Secret);
        }
        else
        {
            CheckPlace(violations, webhook);
            var dialects = CheckSettings(violations, webhook, current: null, unknownType);
            CheckSize(violations, webhook, acceptedBytes: 0);
            SignatureValidator.Check(violations, webhook, current: null, request.Secret, dialects);
        }

        FieldRules.CheckText(violations, "request_id", request.RequestId, WebhookLimits.RequestId);
        violations.ThrowIfAny();
        return webhook!;
    }

    /// <summary>Answers which webhook an update is for.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static string AcceptId(UpdateWebhookRequest request)
    {
        var violations = new Violations();
        if (request.Webhook is null)
        {
            violations.Add(Field, "REQUIRED", "must be set");
        }
        else
        {
            FieldRules.RequireId(violations, $"{Field}.id", request.Webhook.Id);
            CheckPlace(violations, request.Webhook);
        }

        violations.ThrowIfAny();
        return request.Webhook!.Id;
    }

    /// <summary>Notes what is wrong with the tenant and the version that a webhook of a request names.</summary>
    public static void CheckPlace(Violations violations, Webhook webhook)
    {
        FieldRules.CheckId(violations, $"{Field}.tenant_id", webhook.TenantId);
        FieldRules.CheckId(violations, $"{Field}.etag", webhook.Etag);
    }

    /// <summary>Answers the webhook as an update makes it; <c>enabled</c> is set exactly if the update is about it.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public Webhook Accept(
        UpdateWebhookRequest request, Webhook current, Predicate<string>? unknownType = null, string ownSecret = "")
    {
        var violations = new Violations();
        var mask = UpdateMask.Read(request.UpdateMask, request.Webhook, violations);
        if (request.Webhook.TenantId.Length > 0 && request.Webhook.TenantId != current.TenantId)
        {
            violations.Add($"{Field}.tenant_id", "IMMUTABLE", "cannot be changed");
        }

        var merged = current.Clone();
        merged.ClearEnabled();
        mask.Merge(request.Webhook, merged, Fixed);
        if (mask.Names("enabled") && !merged.HasEnabled)
        {
            merged.Enabled = true;
        }

        DialectRules.Displace(mask, merged);

        // What is stored stays usable for other changes when the rules for new settings have become stricter.
        var dialects = CheckSettings(
            violations, merged, current, type => unknownType?.Invoke(type) == true && !current.EventTypes.Contains(type));
        CheckSize(violations, merged, current.CalculateSize());
        SignatureValidator.Check(violations, merged, current, ownSecret, dialects);
        violations.ThrowIfAny();
        return merged;
    }

    /// <summary>Refuses to delete what cannot be named.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static void Check(DeleteWebhookRequest request)
    {
        var violations = new Violations();
        FieldRules.RequireId(violations, "webhook_id", request.WebhookId);
        FieldRules.CheckId(violations, "etag", request.Etag);
        violations.ThrowIfAny();
    }

    /// <summary>Answers the grace period of a rotation.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static TimeSpan Accept(RotateSecretRequest request)
    {
        var violations = new Violations();
        FieldRules.RequireId(violations, "webhook_id", request.WebhookId);
        FieldRules.CheckId(violations, "etag", request.Etag);
        // The webhook's own dialects are asked when it is known.
        CheckSecret(violations, request.Secret, BuiltInDialects.Gowa);
        var grace = ProtoTimes.CheckDuration(
            violations, "grace_period", request.GracePeriod, TimeSpan.Zero, SecretLimits.LongestGrace, "0 to 7 days");
        violations.ThrowIfAny();
        return grace ?? SecretLimits.DefaultGrace;
    }

    private IReadOnlyList<Dialect> CheckSettings(
        Violations violations, Webhook webhook, Webhook? current, Predicate<string>? unknownType)
    {
        FieldRules.CheckText(violations, $"{Field}.name", webhook.Name, WebhookLimits.Name, TextKind.Name);
        if (webhook.Url != current?.Url)
        {
            CheckUrl(violations, webhook);
        }

        SubscriptionValidator.Check(violations, webhook, current, unknownType);
        var dialects = DialectRules.Check(violations, Field, webhook);
        if (webhook.RetryPolicy is { } policy)
        {
            RetryPolicyValidator.Check(violations, $"{Field}.retry_policy", policy);
        }

        HeaderRules.Check(violations, $"{Field}.headers", webhook.Headers, dialects, current?.Headers);
        if (webhook.SendTraceContext && TraceHeaders.Names.FirstOrDefault(name => HeaderRules.Has(name, webhook.Headers, dialects)) is { } taken)
        {
            violations.Add($"{Field}.send_trace_context", "EXCLUSIVE", $"cannot be set together with a header {taken} of the webhook's own or its dialect's");
        }

        if (webhook.ClientCertificate is { } certificate)
        {
            new ClientCertificateValidator(violations, clock.GetUtcNow()).Check(certificate, current?.ClientCertificate);
        }

        if (webhook.Oauth2 is { } client)
        {
            new OAuth2Validator(violations, urls).Check(client, current?.Oauth2, webhook.Headers.Keys, dialects);
        }

        CheckPace(violations, webhook);
        CheckChoice(violations, "head_of_line", webhook.HeadOfLine);
        CheckChoice(violations, "while_suspended", webhook.WhileSuspended);
        CheckChoice(violations, "while_disabled", webhook.WhileDisabled);
        CheckChoice(violations, "on_filter_error", webhook.OnFilterError);

        FieldRules.CheckLabels(violations, $"{Field}.labels", webhook.Labels);
        FieldRules.CheckText(violations, $"{Field}.description", webhook.Description, WebhookLimits.Description, TextKind.Block);
        FieldRules.CheckText(violations, $"{Field}.external_id", webhook.ExternalId, WebhookLimits.ExternalId);
        return dialects;
    }

    private static void CheckSize(Violations violations, Webhook webhook, int acceptedBytes)
    {
        if (webhook.CalculateSize() is var bytes && bytes > Math.Max(WebhookLimits.Bytes, acceptedBytes))
        {
            violations.Add(Field, "TOO_LARGE", $"must have at most {WebhookLimits.Bytes} bytes in all its fields, and has {bytes}");
        }
    }

    private void CheckUrl(Violations violations, Webhook webhook)
    {
        var verdict = urls.Check(webhook.Url);
        foreach (var (reason, message) in verdict.Violations)
        {
            violations.Add($"{Field}.url", reason, message);
        }

        webhook.Url = verdict.Url?.AbsoluteUri ?? webhook.Url;
    }

    private static void CheckChoice<TChoice>(Violations violations, string field, TChoice choice)
        where TChoice : struct, Enum
    {
        if (!Enum.IsDefined(choice))
        {
            violations.Add($"{Field}.{field}", "UNKNOWN_VALUE", $"must be a value of {typeof(TChoice).Name}");
        }
    }

    private static void CheckPace(Violations violations, Webhook webhook)
    {
        ProtoTimes.CheckDuration(
            violations,
            $"{Field}.timeout",
            webhook.Timeout,
            WebhookLimits.ShortestTimeout,
            WebhookLimits.LongestTimeout,
            "1 to 60 seconds");
        if (webhook.MaxInFlight is < 0 or > WebhookLimits.MaxInFlight)
        {
            violations.Add(
                $"{Field}.max_in_flight", "OUT_OF_RANGE", $"must be 1 to {WebhookLimits.MaxInFlight}, or 0 for the server's default");
        }

        if (!(webhook.MaxRatePerSecond is >= 0 and <= WebhookLimits.MaxRatePerSecond))
        {
            violations.Add($"{Field}.max_rate_per_second", "OUT_OF_RANGE", "must be at most 100,000, or 0 for no limit");
        }
    }

    private static void CheckSecret(Violations violations, string secret, params IReadOnlyList<Dialect> dialects)
    {
        foreach (var problem in secret.Length > 0 ? WebhookSecret.Validate(secret, dialects) : [])
        {
            violations.Add(problem.Field, problem.Reason, problem.Message);
        }
    }
}
