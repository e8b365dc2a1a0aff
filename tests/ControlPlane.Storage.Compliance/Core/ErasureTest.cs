namespace ControlPlane.Storage.Compliance;

/// <summary>What tests of erasing have in common.</summary>
public abstract class ErasureTest<TSource> : ReplayTest<TSource>
    where TSource : StoreSource, new()
{
    protected static readonly Dictionary<string, string> Person = new() { ["person"] = "42" };

    /// <summary>Finds what is to be erased, a few at a time.</summary>
    protected async Task<List<long>> FindAllAsync(ErasureWalk walk)
    {
        var all = new List<long>();
        for (var position = walk.From; ;)
        {
            var stretch = await Store.Erasures.FindAsync(walk with { From = position }, Cancel);
            Assert.InRange(stretch.Positions.Count, 0, walk.Limit);
            all.AddRange(stretch.Positions);
            if (stretch.Next >= stretch.End)
            {
                return all;
            }

            Assert.True(stretch.Next > position);
            (position, walk) = (stretch.Next, walk with { End = stretch.End });
        }
    }

    protected async Task<int> EraseAsync(
        string? eventId = null, Dictionary<string, string>? labels = null, string tenant = TenantRecord.DefaultId, AuditRecord? audit = null) =>
        await Store.Erasures.EraseAsync(
            new Erasure(tenant, await FindAllAsync(new ErasureWalk(tenant, 0, null, 2) { EventId = eventId, Labels = labels }), audit), Cancel);

    protected async Task<EventRecord> FindEventAsync(string id) => Assert.Single(await Store.Events.FindAsync(id, TenantRecord.DefaultId, Cancel));

    protected async Task<IEnumerable<string>> AnswersAsync(DeliveryRecord delivery) =>
        (await Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel)).Select(attempt => attempt.ResponseExcerpt);

    protected static (DeliveryState, EndReason) EndOf(DeliveryRecord? delivery) => (delivery!.State, delivery.EndReason);
}
