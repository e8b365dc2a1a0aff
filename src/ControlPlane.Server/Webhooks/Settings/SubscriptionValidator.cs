using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Filtering;
using ControlPlane.V1;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>What may decide which events a webhook receives.</summary>
internal static class SubscriptionValidator
{
    private const string Field = "webhook";

    /// <summary>Notes what is wrong with the types, instances, labels and filter of a webhook.</summary>
    public static void Check(Violations violations, Webhook webhook, Webhook? current, Predicate<string>? unknownType)
    {
        if (webhook.EventTypes.Count == 0)
        {
            violations.Add($"{Field}.event_types", "REQUIRED", "must have at least one entry; \"*\" means every type");
        }

        EventTypeRules.CheckPatterns(violations, $"{Field}.event_types", webhook.EventTypes, WebhookLimits.EventTypes, unknownType);
        foreach (var (i, type) in webhook.EventTypes.Index().Where(pattern => OperationalTypes.IsUnknown(pattern.Item)))
        {
            violations.Add(
                $"{Field}.event_types[{i}]",
                "EVENT_TYPE_UNKNOWN",
                $"is no operational event; those are {string.Join(", ", OperationalTypes.All.Select(known => known.Name))}");
        }

        if (webhook.Instances.Count > WebhookLimits.Instances)
        {
            violations.Add($"{Field}.instances", "TOO_MANY", $"must have at most {WebhookLimits.Instances} entries");
        }

        for (var i = 0; i < webhook.Instances.Count && webhook.Instances.Count <= WebhookLimits.Instances; i++)
        {
            if (webhook.Instances[i].Length == 0)
            {
                violations.Add($"{Field}.instances[{i}]", "EMPTY", "must have at least one character");
            }

            FieldRules.CheckInstance(violations, $"{Field}.instances[{i}]", webhook.Instances[i]);
        }

        FieldRules.CheckLabels(violations, $"{Field}.match_labels", webhook.MatchLabels, WebhookLimits.MatchLabelValue);
        // What is stored stays usable for other changes when the rules have become stricter.
        if (webhook.Filter != current?.Filter)
        {
            FilterRules.Check(violations, $"{Field}.filter", webhook.Filter);
        }
    }
}
