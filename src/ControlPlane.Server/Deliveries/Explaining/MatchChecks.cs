using System.Globalization;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Filtering;
using ControlPlane.Server.OperationalEvents;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;
using ControlPlane.Storage.Transitions;
using ControlPlane.V1;
using StateReason = ControlPlane.Storage.StateReason;
using WebhookState = ControlPlane.Storage.WebhookState;

namespace ControlPlane.Server.Deliveries.Explaining;

/// <summary>What matching asks of an event.</summary>
/// <param name="TenantId">Its tenant.</param>
/// <param name="Type">Its type.</param>
/// <param name="Instance">Its instance.</param>
/// <param name="CreateTime">When it was accepted.</param>
/// <param name="Stored">The event with its labels; null if it is not stored any more.</param>
internal sealed record MatchedEvent(string TenantId, string Type, string Instance, DateTimeOffset CreateTime, EventRecord? Stored)
{
    /// <summary>The webhook that an operational event is about, where known; else empty.</summary>
    public string Subject =>
        OperationalTypes.Covers(Type) ? Stored?.Labels?.GetValueOrDefault(OperationalEventPlanner.SubjectLabel) ?? "" : "";
}

/// <summary>Judges one webhook by the rules that publishing matches with, and says why: pure.</summary>
internal static class MatchChecks
{
    /// <summary>Every check; of a deleted webhook (null) nothing but that is known.</summary>
    public static IReadOnlyList<MatchCheck> Judge(WebhookRecord? webhook, MatchedEvent source) => webhook is null
        ? [Check(MatchCondition.Existence, false, "The webhook was deleted.")]
        :
        [
            Existence(webhook, source), State(webhook), Instance(webhook, source.Instance), EventType(webhook, source.Type),
            .. source.Stored is { } stored ? [Labels(webhook, stored.Labels), .. Filter(webhook, stored)] : Array.Empty<MatchCheck>(),
            .. source.Subject.Length > 0 ? [Subject(webhook, source.Subject)] : Array.Empty<MatchCheck>(),
        ];

    /// <summary>Whether the webhook may have been another when the event was accepted.</summary>
    public static bool ChangedSince(WebhookRecord? webhook, DateTimeOffset time) =>
        webhook is null || (webhook.Version > 1 && webhook.UpdateTime >= time);

    private static MatchCheck Existence(WebhookRecord webhook, MatchedEvent source) => webhook.CreateTime <= source.CreateTime
        ? Check(MatchCondition.Existence, true, $"The webhook exists since {Time(webhook.CreateTime)}.")
        : Check(
            MatchCondition.Existence,
            false,
            $"The webhook was created at {Time(webhook.CreateTime)}, after the event was accepted at {Time(source.CreateTime)}.");

    private static MatchCheck State(WebhookRecord webhook) => webhook.State switch
    {
        WebhookState.Active => Check(MatchCondition.State, true, "The webhook is active."),
        _ when webhook.TakesEvents() => Check(MatchCondition.State, true, $"{Inactive(webhook)} Events are held for it until it is enabled."),
        _ => Check(MatchCondition.State, false, $"{Inactive(webhook)} Events are not held for it meanwhile."),
    };

    /// <summary>Why a webhook is not active.</summary>
    public static string Inactive(WebhookRecord webhook) => (webhook.State, webhook.StateReason) switch
    {
        (WebhookState.Disabled, _) => "The webhook is disabled by its owner.",
        (_, StateReason.Gone) => "The webhook is suspended: its receiver answered 410 Gone.",
        (_, StateReason.AddressBlocked) => "The webhook is suspended: its host resolved to an address that must not be called.",
        _ => "The webhook is suspended: it failed for too long without one success.",
    };

    private static MatchCheck Instance(WebhookRecord webhook, string instance)
    {
        if (webhook.Instances.Count == 0)
        {
            return Check(MatchCondition.Instance, true, "The webhook receives from every instance.");
        }

        var listed = webhook.Instances.Contains(instance, StringComparer.Ordinal);
        return Check(MatchCondition.Instance, listed, (listed, instance) switch
        {
            (true, _) => $"The webhook lists the instance \"{instance}\".",
            (_, "") => "The event has no instance, and the webhook receives from the listed ones only.",
            _ => $"The webhook does not list the instance \"{instance}\".",
        });
    }

    private static MatchCheck EventType(WebhookRecord webhook, string type)
    {
        // Of several patterns the closest says the most.
        var pattern = webhook.EventTypes.Where(p => SubscriptionIndex.Subscribes(p, type)).MaxBy(p => p.Length);
        return (pattern, webhook.EventTypes.Contains("*")) switch
        {
            (not null, _) => Check(MatchCondition.EventType, true, $"The pattern \"{pattern}\" covers \"{type}\"."),
            (_, true) => Check(
                MatchCondition.EventType,
                false,
                $"The pattern \"*\" does not cover operational events such as \"{type}\": those are subscribed to by name or prefix."),
            _ => Check(
                MatchCondition.EventType,
                false,
                $"No pattern of the webhook covers \"{type}\": {string.Join(", ", webhook.EventTypes)}."),
        };
    }

    private static MatchCheck Labels(WebhookRecord webhook, IReadOnlyDictionary<string, string>? labels)
    {
        if (webhook.MatchLabels is not { Count: > 0 } wanted)
        {
            return Check(MatchCondition.Labels, true, "The webhook asks for no labels.");
        }

        var unmet = LabelRules.FirstUnmet(wanted, labels);
        return Check(MatchCondition.Labels, unmet is null, unmet switch
        {
            null => "The event has the labels that the webhook asks for.",
            _ when labels?.TryGetValue(unmet, out var value) == true =>
                $"The event's label \"{unmet}\" is \"{value}\", and the webhook asks for one of: {wanted[unmet]}.",
            _ => $"The event has no label \"{unmet}\", and the webhook asks for one of: {wanted[unmet]}.",
        });
    }

    private static MatchCheck[] Filter(WebhookRecord webhook, EventRecord stored)
    {
        if (webhook.Filter is null)
        {
            return [];
        }

        ReadOnlyMemory<byte>? json = JsonMediaType.Is(stored.ContentType) && stored.Payload is { } payload ? payload : null;
        using var input = new FilterInput(stored.Id, stored.Type, stored.Instance, stored.Labels, json);
        return [FilterCheckMapper.ToProto(webhook, input)];
    }

    private static MatchCheck Subject(WebhookRecord webhook, string subject) => subject == webhook.Id
        ? Check(MatchCondition.Subject, false, "The event is about this webhook, and a webhook does not receive events about itself.")
        : Check(MatchCondition.Subject, true, "The event is about another webhook.");

    private static MatchCheck Check(MatchCondition condition, bool met, string detail) =>
        new() { Condition = condition, Met = met, Detail = detail };

    private static string Time(DateTimeOffset time) => time.ToString("u", CultureInfo.InvariantCulture);
}
