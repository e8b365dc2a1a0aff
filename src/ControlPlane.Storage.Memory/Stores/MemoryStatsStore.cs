using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Memory;

/// <inheritdoc/>
internal sealed class MemoryStatsStore(MemorySession session) : IStatsStore
{
    public Task<AttemptStats?> ReadAsync(StatsQuery query, CancellationToken cancellationToken) =>
        session.ReadAsync(state => Read(state, query), cancellationToken);

    /// <summary>Counts an attempt for its webhook and its tenant.</summary>
    public static void Note(StoreState state, DeliveryRecord completed, DateTimeOffset now)
    {
        foreach (var (ofWebhook, id) in new[] { (true, completed.WebhookId), (false, completed.TenantId) })
        {
            var key = (StatsBuckets.MinuteOf(now), ofWebhook, id);
            var counts = Sum(state.Minutes.GetValueOrDefault(key));
            counts.Note(completed);
            state.Minutes = state.Minutes.SetItem(key, counts);
        }
    }

    /// <summary>Moves old minutes into their hours, and removes old hours.</summary>
    public static bool Fold(StoreState state, DateTimeOffset now)
    {
        foreach (var (key, counts) in state.Minutes.Where(each => each.Key.Minute < StatsBuckets.FirstMinute(now)))
        {
            var hour = (StatsBuckets.HourOfMinute(key.Minute), key.OfWebhook, key.Id);
            state.Hours = state.Hours.SetItem(hour, Sum(state.Hours.GetValueOrDefault(hour), counts));
            state.Minutes = state.Minutes.Remove(key);
        }

        state.Hours = state.Hours.RemoveRange(state.Hours.Keys.Where(key => key.Hour < StatsBuckets.FirstHour(now)));
        return true;
    }

    private AttemptStats? Read(StoreState state, StatsQuery query)
    {
        if (query.OfWebhook ? state.FindWebhook(query.Id) is null : state.FindTenant(query.Id) is null)
        {
            return null;
        }

        var open = state.Unfinished.Values.SelectMany(positions => positions).Select(position => state.Deliveries[position].Delivery)
            .Where(delivery => query.Id == (query.OfWebhook ? delivery.WebhookId : delivery.TenantId)).ToList();
        var waiting = open.Where(delivery => delivery.State != DeliveryState.InFlight).ToList();
        var window = StatsBuckets.WindowOf(query, session.Now);
        return new AttemptStats(
            window.Fill(Of(state.Minutes, window.FirstMinute, window.LastMinute), Of(state.Hours, window.FirstHour, window.LastHour)),
            open.Count - waiting.Count,
            waiting.Count,
            waiting.Count == 0 ? null : waiting.Min(delivery => delivery.CreateTime));

        IEnumerable<(long, int[])> Of(IReadOnlyDictionary<(long Number, bool OfWebhook, string Id), AttemptCounts> stored, long from, long to) =>
            stored.Where(each => each.Key.OfWebhook == query.OfWebhook && each.Key.Id == query.Id && each.Key.Number >= from && each.Key.Number <= to)
                .Select(each => (each.Key.Number, each.Value.Numbers.ToArray()));
    }

    private static AttemptCounts Sum(params IEnumerable<AttemptCounts?> all)
    {
        var sum = new AttemptCounts();
        foreach (var counts in all.OfType<AttemptCounts>())
        {
            sum.Add(counts);
        }

        return sum;
    }
}
