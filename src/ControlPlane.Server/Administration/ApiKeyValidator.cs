using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.V1;
using Google.Protobuf.Collections;

namespace ControlPlane.Server.Administration;

/// <summary>Reads requests about API keys, or refuses them with every wrong field.</summary>
internal static class ApiKeyValidator
{
    /// <summary>How many webhooks a key can be for that is not for all.</summary>
    public const int MostWebhooks = 50;

    private const int LongestName = 200;
    private const int MostScopes = 20;
    private static readonly TimeSpan DefaultSession = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestSession = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestSession = TimeSpan.FromDays(7);

    public static ApiKeyDraft ReadCreate(CreateApiKeyRequest request, DateTimeOffset now)
    {
        var violations = new Violations();
        if (request.ApiKey is not { } key)
        {
            violations.Add("api_key", "REQUIRED", "must be set");
            violations.ThrowIfAny();
            throw new InvalidOperationException("A violation was noted and not thrown.");
        }

        if (key.Platform && key.TenantId.Length > 0)
        {
            violations.Add("api_key.tenant_id", "PLATFORM_HAS_NO_TENANT", "must be empty in a platform key");
        }

        FieldRules.CheckId(violations, "api_key.tenant_id", key.TenantId);
        FieldRules.CheckText(violations, "api_key.name", key.Name, LongestName, TextKind.Name);
        CheckScopes(key, violations);
        CheckWebhooks("api_key.webhook_ids", key.WebhookIds, violations);
        if (key.Platform && key.WebhookIds.Count > 0)
        {
            violations.Add("api_key.webhook_ids", "PLATFORM_HAS_NO_TENANT", "must be empty in a platform key");
        }

        var expireTime = ReadExpireTime(key, now, violations);
        violations.ThrowIfAny();
        return new(key.TenantId, key.Platform, key.Name, [.. key.Scopes.Distinct(StringComparer.Ordinal)], expireTime)
        {
            WebhookIds = [.. key.WebhookIds.Distinct(StringComparer.Ordinal)],
        };
    }

    /// <summary>Reads a request for a portal session as the key that it is.</summary>
    public static ApiKeyDraft ReadPortalSession(CreatePortalSessionRequest request, DateTimeOffset now)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        var ttl = ProtoTimes.CheckDuration(violations, "ttl", request.Ttl, ShortestSession, LongestSession, "1 minute to 7 days");
        CheckWebhooks("webhook_ids", request.WebhookIds, violations);
        violations.ThrowIfAny();
        var expireTime = now + (ttl ?? DefaultSession);
        return new(
            request.TenantId, Platform: false, request.ReadOnly ? "portal session, read only" : "portal session",
            request.ReadOnly ? Scopes.OfReaders : Scopes.OfPortal, expireTime.AddTicks(-(expireTime.Ticks % TimeSpan.TicksPerMicrosecond)))
        {
            Portal = true,
            WebhookIds = [.. request.WebhookIds.Distinct(StringComparer.Ordinal)],
        };
    }

    public static void CheckRevoke(RevokeApiKeyRequest request)
    {
        var violations = new Violations();
        FieldRules.RequireId(violations, "api_key_id", request.ApiKeyId);
        violations.ThrowIfAny();
    }

    private static void CheckWebhooks(string field, RepeatedField<string> webhookIds, Violations violations)
    {
        if (webhookIds.Count > MostWebhooks)
        {
            violations.Add(field, "TOO_MANY", $"must have at most {MostWebhooks} entries");
        }

        for (var i = 0; i < Math.Min(webhookIds.Count, MostWebhooks); i++)
        {
            FieldRules.RequireId(violations, $"{field}[{i}]", webhookIds[i]);
        }
    }

    private static void CheckScopes(ApiKey key, Violations violations)
    {
        if (key.Scopes.Count == 0)
        {
            violations.Add("api_key.scopes", "REQUIRED", "must have at least one scope");
        }

        if (key.Scopes.Count > MostScopes)
        {
            violations.Add("api_key.scopes", "TOO_MANY", $"must have at most {MostScopes} scopes");
            return;
        }

        for (var i = 0; i < key.Scopes.Count; i++)
        {
            if (!Scopes.All.Contains(key.Scopes[i]))
            {
                violations.Add($"api_key.scopes[{i}]", "SCOPE_UNKNOWN", $"must be one of {string.Join(", ", Scopes.InOrder)}");
            }
        }
    }

    private static DateTimeOffset? ReadExpireTime(ApiKey key, DateTimeOffset now, Violations violations)
    {
        if (key.ExpireTime is null)
        {
            return null;
        }

        if (!ProtoTimes.TryRead(key.ExpireTime, out var time))
        {
            violations.Add("api_key.expire_time", "TIME_INVALID", "must be a time of the years 1 to 9999");
            return null;
        }

        if (time <= now)
        {
            violations.Add("api_key.expire_time", "NOT_IN_FUTURE", "must be in the future");
        }

        // In the precision that every engine stores, so that it reads back equal.
        return time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
