using System.Collections.Frozen;
using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Administration;

/// <summary>What a tenant's plan allows, between the API and the store.</summary>
internal static class TenantPolicyMapper
{
    private const double FastestRate = 100_000;
    private const int LargestPayload = 1 << 20;
    private const int MostFeatures = 20;
    private static readonly string[] Fields = ["strict_event_types", "enforce_schemas", "limits", "disabled_features", "retention"];

    private static readonly FrozenSet<string> Others = Tenant.Descriptor.Fields.InDeclarationOrder()
        .Select(field => field.Name)
        .Except(Fields)
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A tenant of which only the policy is set.</summary>
    public static Tenant ToProto(TenantPolicy policy)
    {
        var tenant = new Tenant { StrictEventTypes = policy.StrictEventTypes, EnforceSchemas = policy.EnforceSchemas, DisabledFeatures = { policy.DisabledFeatures }, Retention = policy.Retention?.ToDuration() };
        if (policy is not { MaxWebhooks: 0, PublishRatePerSecond: 0, MaxPayloadBytes: 0 })
        {
            tenant.Limits = new()
            {
                MaxWebhooks = policy.MaxWebhooks,
                PublishRatePerSecond = policy.PublishRatePerSecond,
                MaxPayloadBytes = policy.MaxPayloadBytes,
            };
        }

        return tenant;
    }

    public static TenantPolicy ToRecord(Tenant tenant) => new()
    {
        StrictEventTypes = tenant.StrictEventTypes,
        EnforceSchemas = tenant.EnforceSchemas,
        MaxWebhooks = tenant.Limits?.MaxWebhooks ?? 0,
        PublishRatePerSecond = tenant.Limits?.PublishRatePerSecond ?? 0,
        MaxPayloadBytes = tenant.Limits?.MaxPayloadBytes ?? 0,
        Retention = tenant.Retention?.ToTimeSpan(),
        DisabledFeatures = [.. Features.InOrder.Where(tenant.DisabledFeatures.Contains)],
    };

    /// <summary>What an update makes of a policy; null if it is not about that. Notes what is wrong with it.</summary>
    public static Func<TenantPolicy, TenantPolicy>? ReadChange(UpdateMask mask, Tenant source, Violations violations)
    {
        if (!Fields.Any(mask.Touches))
        {
            return null;
        }

        // Only what is named counts, so that is all that is checked.
        var named = new Tenant();
        mask.Merge(source, named, Others);
        Check(named, violations);
        return policy =>
        {
            var changed = ToProto(policy);
            mask.Merge(source, changed, Others);
            return ToRecord(changed);
        };
    }

    /// <summary>Notes what is wrong with the policy of a tenant.</summary>
    public static void Check(Tenant tenant, Violations violations)
    {
        ProtoTimes.CheckDuration(
            violations, "tenant.retention", tenant.Retention, TimeSpan.FromHours(1), TimeSpan.FromDays(365), "1 hour to 365 days");
        if (tenant.Limits is { } limits)
        {
            if (limits.MaxWebhooks < 0)
            {
                violations.Add("tenant.limits.max_webhooks", "OUT_OF_RANGE", "must be at least 1, or 0 for no limit");
            }

            if (!(limits.PublishRatePerSecond is >= 0 and <= FastestRate))
            {
                violations.Add("tenant.limits.publish_rate_per_second", "OUT_OF_RANGE", "must be at most 100,000, or 0 for no limit");
            }

            if (limits.MaxPayloadBytes is < 0 or > LargestPayload)
            {
                violations.Add("tenant.limits.max_payload_bytes", "OUT_OF_RANGE", $"must be at most {LargestPayload}, or 0 for no limit");
            }
        }

        if (tenant.DisabledFeatures.Count > MostFeatures)
        {
            violations.Add("tenant.disabled_features", "TOO_MANY", $"must have at most {MostFeatures} entries");
            return;
        }

        for (var i = 0; i < tenant.DisabledFeatures.Count; i++)
        {
            if (!Features.All.Contains(tenant.DisabledFeatures[i]))
            {
                violations.Add($"tenant.disabled_features[{i}]", "FEATURE_UNKNOWN", $"must be one of {string.Join(", ", Features.InOrder)}");
            }
        }
    }
}
