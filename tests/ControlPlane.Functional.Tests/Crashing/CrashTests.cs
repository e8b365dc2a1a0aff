using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.Crashing;

/// <summary>What was acknowledged arrives, however the process ends.</summary>
public sealed class CrashTests(SharedServer shared)
{
    private const int Events = 500;
    private const int EndAfter = 250;
    private const int AnsweredBeforehand = 40;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task End_UnderLoadWithAttemptsInFlight_EverythingAcknowledgedArrives(bool kill)
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        var release = new TaskCompletionSource();
        var inbox = shared.Receiver.Open();
        inbox.Answer = request => request.Number <= AnsweredBeforehand ? 204 : new Answer(204) { After = release.Task };
        using var tenant = await TestTenant.CreateAsync(server);
        await tenant.HookAsync(inbox);
        var publishers = new Publishers(server, tenant.Key, Events);
        // Platform keys alone are shown the store's revisions.
        using var platform = server.Connect();
        await using var watcher = await Watcher.StartAsync(platform, new() { TenantId = tenant.Id });

        await publishers.RunAsync(async acknowledged =>
        {
            if (acknowledged == EndAfter)
            {
                // Requests that were begun and not answered.
                await inbox.CountAsync(AnsweredBeforehand + 1);
                await (kill ? KillAsync(server) : server.SignalAsync());
                release.SetResult();
            }
        });
        Assert.Equal(kill ? ServerRun.KilledExitCode : 0, await server.ExitAsync());
        await AssertWatchEndedAsync(watcher, kill);
        Assert.InRange(publishers.Acknowledged.Count, EndAfter, Events);

        await server.StartAsync();
        using var again = new TestTenant(tenant.Id, tenant.Key, server.Connect(tenant.Key));
        using var platformAgain = server.Connect();
        await AssertResumedAsync(new TestTenant(tenant.Id, "", platformAgain), watcher.Deliveries, watcher.Seen, publishers.Acknowledged);
        await publishers.RunAsync(_ => Task.CompletedTask);

        Assert.Equal(Events, publishers.Acknowledged.Count);
        await inbox.UntilAsync(_ => inbox.Accepted.Distinct().Count() == Events, "all events to be accepted");
        Assert.Subset(publishers.Attempted.ToHashSet(), inbox.Requests.Select(r => r.Id).ToHashSet());
        var deliveries = await Eventually.BecomesAsync(
            () => again.ListAsync(), all => all.All(d => d.State == DeliveryState.Succeeded), "all deliveries to succeed");
        Assert.Equal(publishers.Acknowledged.Order(), deliveries.Select(d => d.EventId).Order());
    }

    private static Task KillAsync(ServerProcess server)
    {
        server.Kill();
        return Task.CompletedTask;
    }

    private static async Task AssertWatchEndedAsync(Watcher watcher, bool killed)
    {
        var failure = await watcher.EndAsync();
        if (killed)
        {
            Assert.NotNull(failure);
        }
        else
        {
            Assert.Null(failure);
            Assert.NotNull(watcher.Seen[^1].Closing);
        }

        AssertInOrder(watcher.Deliveries);
    }

    /// <summary>A watch that goes on from the middle of the one before shows all that changed since, to its final state.</summary>
    private static async Task AssertResumedAsync(
        TestTenant seen, IReadOnlyList<Delivery> before, IReadOnlyList<WatchDeliveriesResponse> messages, IReadOnlySet<string> acknowledged)
    {
        var middle = messages.Where(m => m.Delivery is not null).ElementAt(before.Count / 2);
        await using var resumed = await Watcher.StartAsync(seen.Clients, new() { TenantId = seen.Id, ResumeToken = middle.ResumeToken });
        var latest = new Dictionary<string, Delivery>();
        var listed = await Eventually.BecomesAsync(
            () => seen.ListAsync(new() { TenantId = seen.Id }), all => all.All(d => d.State == DeliveryState.Succeeded), "what was published before the end to succeed");
        Assert.Superset(acknowledged.ToHashSet(), listed.Select(d => d.EventId).ToHashSet());
        var changed = listed.Where(d => d.Revision > middle.Delivery.Revision).ToDictionary(d => d.Id);
        Assert.NotEmpty(changed);

        while (latest.Count < changed.Count || latest.Values.Any(d => d.State != DeliveryState.Succeeded))
        {
            if ((await resumed.NextAsync()).Delivery is { } delivery)
            {
                latest[delivery.Id] = delivery;
            }
        }

        AssertInOrder(resumed.Deliveries);
        Assert.True(resumed.Deliveries[0].Revision > middle.Delivery.Revision);
        Assert.Equal(changed, latest);
    }

    private static void AssertInOrder(IReadOnlyList<Delivery> deliveries) =>
        Assert.Equal(deliveries.Select(d => d.Revision).Order().Distinct(), deliveries.Select(d => d.Revision));
}
