using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Dispatching;

/// <summary>Events with ordering keys on their way through the lane of their webhook.</summary>
public sealed class LineTests : WalkTest
{
    [Fact]
    public async Task Publish_OneKey_IsSentInOrderOneAtATime()
    {
        await StartAsync(("Dispatching:Queue", "4"));
        await AddWebhookAsync();
        Answer = request => Task.FromResult(request.Number % 3 == 0 ? 503 : 200);
        var published = new List<DeliveryRecord>();
        for (var i = 0; i < 5; i++)
        {
            // More than there are places for: those that are not used must come back.
            var events = await PublishAsync([.. Enumerable.Range(0, 8).Select(_ => Draft() with { OrderingKey = "a" })]);
            published.AddRange(events.Select(e => e.Deliveries[0]));
        }

        // A lane that finds all places taken looks again a moment later by this clock.
        var moment = TimeSpan.FromMilliseconds(1);
        await UntilAllAsync(published, DeliveryState.Succeeded, moment);
        await UntilAllAsync(await PublishAsync(20), DeliveryState.Succeeded, moment);

        var firsts = Received.Select(request => request.Id).Distinct().Take(published.Count);
        Assert.Equal(published.Select(delivery => delivery.EventId), firsts);
        Assert.Equal(1, Received.Where(request => published.Any(d => d.EventId == request.Id)).Max(request => request.InFlight));
    }

    [Theory]
    [InlineData(HeadOfLine.Block)]
    [InlineData(HeadOfLine.Park)]
    public async Task Publish_TheFirstFails_OnlyBlockHoldsTheKeyUp(HeadOfLine headOfLine)
    {
        await StartAsync();
        await AddWebhookAsync(with: w => w with
        {
            HeadOfLine = headOfLine,
            RetryPolicy = new RetryPolicyRecord { Backoff = BackoffKind.Fixed, Initial = TimeSpan.FromHours(1), MaxAttempts = 3 },
        });
        Answer = request => Task.FromResult(request.Number == 1 ? 503 : 200);
        var line = (await PublishAsync([.. Enumerable.Range(0, 3).Select(_ => Draft() with { OrderingKey = "a" })]))
            .Select(e => e.Deliveries[0]).ToList();
        await UntilAsync(line[0], DeliveryState.RetryScheduled);
        var other = (await PublishAsync(Draft() with { OrderingKey = "b" }))[0].Deliveries[0];
        await UntilAsync(other, DeliveryState.Succeeded);
        if (headOfLine == HeadOfLine.Park)
        {
            await UntilAllAsync(line.Skip(1), DeliveryState.Succeeded);
        }

        Clock.Advance(TimeSpan.FromHours(1));
        foreach (var delivery in line)
        {
            // The alarm can have been between two sleeps when the clock moved: then it looks again a little later.
            await UntilAsync(delivery, DeliveryState.Succeeded, TimeSpan.FromMilliseconds(10));
        }

        DeliveryRecord[] expected = headOfLine == HeadOfLine.Block ? [line[0], .. line] : [.. line, line[0]];
        Assert.Equal(expected.Select(d => d.EventId), Received.Select(request => request.Id).Where(id => id != other.EventId));
    }
}
