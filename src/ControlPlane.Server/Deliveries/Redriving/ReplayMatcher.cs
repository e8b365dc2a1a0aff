using ControlPlane.Server.Catalog;
using ControlPlane.Server.Filtering;
using ControlPlane.Server.OperationalEvents;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;

namespace ControlPlane.Server.Deliveries.Redriving;

/// <summary>Whether a replay takes an event: the webhook wants it by the rules that publishing matches with, and the request's filter does.</summary>
internal sealed class ReplayMatcher(WebhookRecord webhook, EventFilter? filter, Filters filters)
{
    private const string Payload = "payload";

    // Whether it is active decides whether deliveries are held, not whether there are any.
    private readonly SubscriptionIndex _subscriptions = new([webhook with { State = WebhookState.Active }]);

    /// <summary>Whether a filter can ask for the payload: there is no way to it that does not name it.</summary>
    public static bool NeedsPayload(WebhookRecord webhook, string? filter) =>
        webhook.Filter?.Contains(Payload, StringComparison.Ordinal) == true || filter?.Contains(Payload, StringComparison.Ordinal) == true;

    public bool Takes(EventRecord stored) =>
        !IsTest(stored)
        && !IsAbout(stored, webhook.Id)
        && _subscriptions.Match(stored.Type, stored.Instance, stored.Labels).Count > 0
        && PassesFilters(stored);

    private bool PassesFilters(EventRecord stored)
    {
        if (filter is null && webhook.Filter is null)
        {
            return true;
        }

        ReadOnlyMemory<byte>? json = JsonMediaType.Is(stored.ContentType) && stored.Payload is { } payload ? payload : null;
        using var input = new FilterInput(stored.Id, stored.Type, stored.Instance, stored.Labels, json);
        return (filter is null || filter.Evaluate(input, new()).Matches == true) && filters.Apply([webhook], input, new()).Count > 0;
    }

    private static bool IsTest(EventRecord stored) => stored.Labels?.ContainsKey(TestEvents.Label) == true;

    private static bool IsAbout(EventRecord stored, string webhookId) =>
        OperationalTypes.Covers(stored.Type) && stored.Labels?.GetValueOrDefault(OperationalEventPlanner.SubjectLabel) == webhookId;
}
