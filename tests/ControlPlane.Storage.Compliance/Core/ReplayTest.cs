namespace ControlPlane.Storage.Compliance;

/// <summary>What tests of replays have in common.</summary>
public abstract class ReplayTest<TSource> : RetentionTest<TSource>
    where TSource : StoreSource, new()
{
    protected static DeliveryFilter For(WebhookRecord webhook) => new() { TenantId = webhook.TenantId, WebhookId = webhook.Id };

    protected async Task<EventRecord> PublishToAsync(EventRecord stored, params WebhookRecord[] webhooks) =>
        (await AppendAsync(To(stored with { CreateTime = Now }, leased: true, webhooks)))[0].Event;

    protected async Task<RedriveRecord> StartAsync(DeliveryFilter filter, bool onlyMissing = true, string? wanted = null)
    {
        var scope = (await Store.Replays.BeginAsync(filter.TenantId!, Cancel))!;
        var matched = await ReadAllAsync(filter, onlyMissing, scope.End);
        var replay = new RedriveRecord
        {
            Id = NewId("rdv_"),
            Filter = filter,
            Replay = new ReplayTerms(onlyMissing, wanted),
            MaxRatePerSecond = 5,
            CreateTime = Now,
            UpdateTime = Now,
        };
        return (await Store.Redrives.CreateAsync(replay, scope with { Count = matched.Count }, Cancel))!;
    }

    /// <summary>Reads the events that a replay would take, a few at a time.</summary>
    protected async Task<List<EventRecord>> ReadAllAsync(
        DeliveryFilter filter, bool onlyMissing = true, long? end = null, int limit = 2, bool withPayloads = false)
    {
        var to = end ?? (await Store.Replays.BeginAsync(filter.TenantId!, Cancel))!.End;
        var all = new List<EventRecord>();
        for (var position = 0L; position < to;)
        {
            var stretch = await Store.Replays.ReadAsync(new EventWalk(filter, onlyMissing, withPayloads, position, to, limit), Cancel);
            Assert.InRange(stretch.Events.Count, 0, limit);
            Assert.InRange(stretch.Next, position + 1, to);
            all.AddRange(stretch.Events.Select(found => found.Event));
            position = stretch.Next;
        }

        return all;
    }

    /// <summary>Reads what comes next in a replay.</summary>
    protected async Task<ReplayStep> ReadStepAsync(RedriveRecord replay, int limit)
    {
        var at = (await Store.Replays.FindAsync(replay.Id, Cancel))!;
        var walk = new EventWalk(at.Redrive.Filter, at.Redrive.Replay!.OnlyMissing, WithPayloads: false, at.Next, at.End, limit);
        var stretch = await Store.Replays.ReadAsync(walk, Cancel);
        return new ReplayStep(
            replay.Id, at.Next, stretch.Next, [.. stretch.Events.Select(found => new ReplayedEvent(found.Position, NewId("dlv_")))]);
    }

    protected async Task<RedriveBatch> StepAsync(RedriveRecord replay, int limit) =>
        (await Store.Replays.StepAsync(await ReadStepAsync(replay, limit), Cancel))!;

    /// <summary>Goes on to the end; answers what was created.</summary>
    protected async Task<List<DeliveryRecord>> FinishAsync(RedriveRecord replay, int limit = 100)
    {
        var created = new List<DeliveryRecord>();
        while (replay.State == RedriveState.Running)
        {
            var batch = await StepAsync(replay, limit);
            created.AddRange(batch.Retried);
            replay = batch.Redrive;
        }

        return created;
    }

    protected async Task<DeliveryRecord> ReplayOneAsync(WebhookRecord webhook, EventRecord stored) =>
        Assert.Single(await FinishAsync(await StartAsync(For(webhook))), delivery => delivery.EventId == stored.Id);

    protected static (RedriveState, int, int, int) Summary(RedriveRecord? redrive) =>
        (redrive!.State, redrive.Matched, redrive.Retried, redrive.Skipped);

    protected static IEnumerable<string> EventIds(IEnumerable<DeliveryRecord> deliveries) => deliveries.Select(delivery => delivery.EventId);
}
