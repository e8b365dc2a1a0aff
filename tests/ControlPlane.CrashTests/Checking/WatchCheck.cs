using ControlPlane.CrashTests.Load;
using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.CrashTests.Checking;

/// <summary>What was shown is true, and from every token that was held everything since is shown.</summary>
internal static class WatchCheck
{
    private const int TokensPerTrack = 6;

    public static async Task RunAsync(Evidence evidence, Clients platform)
    {
        CheckSightings(evidence);
        foreach (var track in evidence.Tracks)
        {
            CheckTrack(evidence, track);
            foreach (var held in Spread(track.Tokens))
            {
                await CheckTokenAsync(evidence, platform, track, held);
            }
        }
    }

    /// <summary>Nothing that anybody was shown is undone.</summary>
    public static void CheckSightings(Evidence evidence)
    {
        var final = evidence.Deliveries.ToDictionary(d => d.Id);
        foreach (var seen in evidence.Ledger.Sightings.Latest.Values)
        {
            evidence.Violations.Unless(
                final.TryGetValue(seen.Id, out var delivery) && delivery.Revision >= seen.Revision && delivery.AttemptCount >= seen.AttemptCount,
                $"LOST: {seen} was shown, and in the end it is {delivery}");
        }
    }

    /// <summary>A watcher that went on and on knows the end of every delivery.</summary>
    public static void CheckTrack(Evidence evidence, WatchTrack track)
    {
        foreach (var delivery in evidence.Deliveries.Where(track.Wants))
        {
            var shown = track.Shown.GetValueOrDefault(delivery.Id);
            evidence.Violations.Unless(
                shown is not null && IsSame(shown, delivery), $"Watcher '{track.Name}' was last shown {shown} of {delivery}");
        }
    }

    private static async Task CheckTokenAsync(Evidence evidence, Clients platform, WatchTrack track, HeldToken held)
    {
        var expected = evidence.Deliveries.Where(d => d.Revision > held.Revision && track.Wants(d)).OrderBy(d => d.Revision).ToList();
        if (expected.Count == 0)
        {
            return;
        }

        var shown = new List<Delivery>();
        using var call = platform.Deliveries.WatchDeliveries(track.Request(evidence.Ledger.TenantId, held.Token));
        using var limit = new CancellationTokenSource(Eventually.Limit);
        try
        {
            await foreach (var message in call.ResponseStream.ReadAllAsync(limit.Token))
            {
                if (message.Delivery is { } delivery)
                {
                    shown.Add(delivery);
                    if (delivery.Revision >= expected[^1].Revision)
                    {
                        break;
                    }
                }
            }
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            evidence.Violations.Add($"The token of watcher '{track.Name}' after life {held.Life} does not lead to the end: {e.Message}");
            return;
        }

        evidence.Violations.Unless(
            shown.Count == expected.Count && shown.Zip(expected).All(x => IsSame(x.First, x.Second)),
            $"The token of watcher '{track.Name}' after life {held.Life} (revision {held.Revision}) leads to {shown.Count} deliveries, "
            + $"not {expected.Count}, or not to these");
    }

    private static bool IsSame(Delivery one, Delivery other) =>
        one.Id == other.Id && one.Revision == other.Revision && one.State == other.State && one.AttemptCount == other.AttemptCount;

    /// <summary>The first, the last and some in between.</summary>
    private static IEnumerable<HeldToken> Spread(IReadOnlyList<HeldToken> held) =>
        held.Where((_, i) => i * TokensPerTrack / held.Count != (i - 1) * TokensPerTrack / held.Count || i == 0);
}
