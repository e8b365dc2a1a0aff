using ControlPlane.Storage.Transitions;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>A filter of deliveries with tenant and webhook resolved to numbers; null means any.</summary>
internal sealed class DeliveryMatcher
{
    private readonly DeliveryFilter _filter;
    private readonly long _after;
    private readonly long _before;
    private readonly long _states;

    private DeliveryMatcher(DocumentStore documents, DeliveryFilter filter, long? before)
    {
        _filter = filter;
        foreach (var state in filter.States)
        {
            _states |= Bit(state);
        }

        _after = filter.CreatedAfter?.ToMicroseconds() ?? long.MinValue;
        _before = filter.CreatedBefore?.ToMicroseconds() ?? long.MaxValue;
        (From, To) = TimeSearch.Deliveries(documents, filter.CreatedAfter, filter.CreatedBefore);
        To = Math.Min(To, before ?? long.MaxValue);
    }

    /// <summary>The positions to look at: from the first, up to but not including the second.</summary>
    public long From { get; }

    public long To { get; }

    public long? Tenant { get; private init; }

    public long? Webhook { get; private init; }

    public string? EventId => _filter.EventId;

    /// <summary>Whether the filter names something that only the event has.</summary>
    public bool AsksForEvent => _filter.EventTypes.Count > 0 || _filter.Instance is not null;

    /// <summary>Null if the filter names something that does not exist: then nothing can match.</summary>
    public static DeliveryMatcher? Resolve(DocumentStore documents, DeliveryFilter filter, long? before)
    {
        var tenant = filter.TenantId is { } tenantId ? TenantRef.Find(documents, tenantId)?.Seq : null;
        var webhook = filter.WebhookId is { } webhookId ? documents.FindByKey(Collections.Webhooks, Key.Of(KeyKind.Id, webhookId))?.Seq() : null;
        return (filter.TenantId is not null && tenant is null) || (filter.WebhookId is not null && webhook is null)
            ? null
            : new DeliveryMatcher(documents, filter, before) { Tenant = tenant, Webhook = webhook };
    }

    /// <summary>Whether the filter names states, and only such.</summary>
    public bool HasOnlyStates(params ReadOnlySpan<DeliveryState> among)
    {
        var bits = 0L;
        foreach (var state in among)
        {
            bits |= Bit(state);
        }

        return _states != 0 && (_states & ~bits) == 0;
    }

    public bool MatchesEvent(string type, string instance) =>
        EventTypePattern.AnyCovers(_filter.EventTypes, type) && (_filter.Instance is null || _filter.Instance == instance);

    /// <summary>Whether it matches what <see cref="DeliveryFormat.Facts"/> says of a delivery.</summary>
    public bool Matches(BsonDocument facts) =>
        (_states == 0 || (_states & Bit((DeliveryState)facts.Int("s"))) != 0)
        && (Tenant is null || Tenant == facts.Long("ts"))
        && (Webhook is null || Webhook == facts.Long("ws"))
        && MatchesEvent(facts.Text("y"), facts.Text("n"))
        && facts.Long("c") >= _after && facts.Long("c") < _before
        && (_filter as DeliveryQuery)?.MatchesLast(facts.Int("sc"), (FailureKind)facts.Int("lf")) != false;

    private static long Bit(DeliveryState state) => 1L << (int)state;
}
