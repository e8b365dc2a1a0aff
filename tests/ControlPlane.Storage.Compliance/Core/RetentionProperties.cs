namespace ControlPlane.Storage.Compliance;

/// <summary>Retention over more rows, of more webhooks, than it looks at in one read, against a plain statement of what is kept.</summary>
public abstract class RetentionProperties<TSource> : RetentionTest<TSource>
    where TSource : StoreSource, new()
{
    private const int Webhooks = 30;
    private const int Events = 400;
    private const int DeadLetters = 3;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Remove_EventsOfAnyFanOutAndEnd_KeepsWhatIsUnfinishedOrAmongTheLastDeadLetters(int seed)
    {
        var random = new Random(seed);
        var webhooks = new List<WebhookRecord>();
        while (webhooks.Count < Webhooks)
        {
            webhooks.Add(await AddWebhookAsync());
        }

        List<(AppendedEvent Event, List<DeliveryRecord> Needed)> all = [];
        List<(DeliveryRecord Delivery, int Event)> dead = [];
        for (var i = 0; i < Events; i++)
        {
            // Now and then a stretch of which everything is kept or everything goes.
            var ends = (i / 50) switch { 1 => 0, 3 => 10, 5 => 8, _ => random.Next(4, 10) };
            var receivers = Enumerable.Range(0, random.Next(5)).Select(_ => webhooks[random.Next(Webhooks)]).Distinct().ToArray();
            var added = (await AppendAsync(To(NewEvent($"type-{random.Next(20)}"), leased: true, receivers)))[0];
            all.Add((added, []));
            foreach (var delivery in added.Deliveries)
            {
                if (random.Next(10) >= ends)
                {
                    all[i].Needed.Add(delivery);
                }
                else if (random.Next(3) > 0)
                {
                    await SucceedAsync(delivery);
                }
                else
                {
                    dead.Add(((await KillAsync(delivery))!, i));
                }
            }
        }

        foreach (var (delivery, number) in dead.GroupBy(each => each.Delivery.WebhookId).SelectMany(each => each.TakeLast(DeadLetters)))
        {
            all[number].Needed.Add(delivery);
        }

        Clock.Advance(PayloadAge + Moment);
        Assert.Equal(all.Count(each => each.Needed.Count == 0), (await RemoveAsync(DeadLetters, batch: 7)).Payloads);
        Clock.Advance(MetadataAge - PayloadAge);
        var removed = await RemoveAsync(DeadLetters, batch: 7);

        Assert.Equal(all.Count(each => each.Needed.Count == 0), removed.Events);
        Assert.Equal(all.Sum(each => each.Event.Deliveries.Count - each.Needed.Count), removed.Deliveries);
        foreach (var (added, needed) in all)
        {
            foreach (var delivery in added.Deliveries)
            {
                var isNeeded = needed.Any(each => each.Id == delivery.Id);
                Assert.Equal((isNeeded, needed.Count > 0, needed.Count > 0), await LookAsync(delivery));
            }
        }

        Assert.Equal(default, await RemoveAsync(DeadLetters, batch: 7));
    }
}
