using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Signing;
using ControlPlane.V1;
using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Webhooks.Dialects;

/// <summary>Which dialects a webhook may have.</summary>
internal static class DialectRules
{
    private const string Named = "dialect";
    private const string Custom = "custom_dialect";

    /// <summary>Lets the dialect that an update sets, built-in or custom, take the place of the other.</summary>
    public static void Displace(UpdateMask mask, Webhook merged)
    {
        if (mask.Touches(Custom) && !mask.Touches(Named) && merged.CustomDialect is not null)
        {
            merged.Dialect = "";
        }
        else if (mask.Touches(Named) && !mask.Touches(Custom) && merged.Dialect.Length > 0)
        {
            merged.CustomDialect = null;
        }
    }

    /// <summary>Notes what is wrong with a webhook's dialects and fills in what is left to defaults.</summary>
    /// <returns>The dialect that makes the request and the one that adds headers to it, as far as they are known.</returns>
    public static IReadOnlyList<Dialect> Check(Violations violations, string field, Webhook webhook)
    {
        var first = webhook.CustomDialect is null
            ? CheckNamed(violations, $"{field}.{Named}", webhook)
            : CheckCustom(violations, $"{field}.{Custom}", webhook);
        if (webhook.AdditionalDialect.Length == 0)
        {
            return first is null ? [] : [first];
        }

        var second = CheckAdditional(violations, $"{field}.additional_dialect", webhook, first);
        return [.. new[] { first, second }.OfType<Dialect>()];
    }

    /// <summary>Refuses a custom dialect to a plan without them, unless the webhook has that very one already.</summary>
    /// <exception cref="RequestException">PERMISSION_DENIED.</exception>
    public static void RequirePlan(bool lacksCustom, Webhook? current, Webhook accepted, string tenantId)
    {
        if (lacksCustom && accepted.CustomDialect is { } custom && !custom.Equals(current?.CustomDialect))
        {
            throw RequestErrors.SubscriptionRequired(tenantId, Features.CustomDialect);
        }
    }

    private static Dialect? CheckNamed(Violations violations, string field, Webhook webhook)
    {
        webhook.Dialect = webhook.Dialect.Length > 0 ? webhook.Dialect : BuiltInDialects.StandardWebhooks.Name;
        return Find(violations, field, webhook.Dialect);
    }

    private static Dialect? CheckCustom(Violations violations, string field, Webhook webhook)
    {
        if (webhook.Dialect.Length > 0)
        {
            violations.Add(field, "EXCLUSIVE", "cannot be set together with dialect");
        }

        // Numbers that this version does not know: a caller with a newer contract asks for what it would not get.
        var custom = webhook.CustomDialect;
        var unknown = CustomDialect.Descriptor.Fields.InDeclarationOrder()
            .Where(f => f.FieldType == FieldType.Enum && f.EnumType.FindValueByNumber((int)f.Accessor.GetValue(custom)) is null)
            .ToList();
        foreach (var parameter in unknown)
        {
            var known = string.Join(", ", parameter.EnumType.Values.Skip(1).Select(v => v.Name));
            violations.Add($"{field}.{parameter.Name}", "VALUE_UNKNOWN", $"must be one of {known}");
            parameter.Accessor.Clear(custom);
        }

        var record = CustomDialectMapper.ToRecord(custom);
        var dialect = WebhookDialects.Of(record);
        var problems = dialect.Validate();
        foreach (var problem in problems)
        {
            violations.Add($"{field}.{problem.Field}", problem.Reason, problem.Message);
        }

        webhook.CustomDialect = CustomDialectMapper.ToProto(record);
        return problems.Count == 0 && unknown.Count == 0 ? dialect : null;
    }

    private static Dialect? CheckAdditional(Violations violations, string field, Webhook webhook, Dialect? first)
    {
        if (Find(violations, field, webhook.AdditionalDialect) is not { } second)
        {
            return null;
        }

        if (webhook.CustomDialect is null && second.Equals(first))
        {
            violations.Add(field, "DUPLICATE", "must be another dialect than the first one");
            return second;
        }

        foreach (var conflict in first is null ? [] : second.ValidateBeside(first))
        {
            violations.Add(field, conflict.Reason, conflict.Message);
        }

        return second;
    }

    private static Dialect? Find(Violations violations, string field, string name)
    {
        if (BuiltInDialects.TryGet(name, out var dialect))
        {
            return dialect;
        }

        violations.Add(field, "DIALECT_UNKNOWN", $"must be one of {string.Join(", ", BuiltInDialects.All.Select(d => d.Name))}");
        return null;
    }
}
