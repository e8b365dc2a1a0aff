using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.V1;

namespace ControlPlane.Server.Administration;

/// <summary>Reads requests about API keys, or refuses them with every wrong field.</summary>
internal static class ApiKeyValidator
{
    private const int LongestName = 200;
    private const int MostScopes = 20;
    private static readonly TimeSpan DefaultSession = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestSession = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestSession = TimeSpan.FromHours(24);

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
        var expireTime = ReadExpireTime(key, now, violations);
        violations.ThrowIfAny();
        return new(key.TenantId, key.Platform, key.Name, [.. key.Scopes.Distinct(StringComparer.Ordinal)], expireTime);
    }

    /// <summary>Reads a request for a portal session as the key that it is.</summary>
    public static ApiKeyDraft ReadPortalSession(CreatePortalSessionRequest request, DateTimeOffset now)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        var ttl = ProtoTimes.CheckDuration(violations, "ttl", request.Ttl, ShortestSession, LongestSession, "1 minute to 24 hours");
        violations.ThrowIfAny();
        var expireTime = now + (ttl ?? DefaultSession);
        return new(
            request.TenantId, Platform: false, request.ReadOnly ? "portal session, read only" : "portal session",
            request.ReadOnly ? Scopes.OfReaders : Scopes.OfPortal, expireTime.AddTicks(-(expireTime.Ticks % TimeSpan.TicksPerMicrosecond)))
        {
            Portal = true,
        };
    }

    public static void CheckRevoke(RevokeApiKeyRequest request)
    {
        var violations = new Violations();
        FieldRules.RequireId(violations, "api_key_id", request.ApiKeyId);
        violations.ThrowIfAny();
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
