using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Load;
using ControlPlane.CrashTests.Receiving;
using ControlPlane.CrashTests.Serving;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.CrashTests.Checking;

/// <summary>What the server says in the end, beside what its callers, watchers and receivers have seen.</summary>
/// <param name="Ledger">What was asked and acknowledged.</param>
/// <param name="Lives">All lives, by number from 1 on.</param>
/// <param name="Tracks">The watchers.</param>
/// <param name="Events">Every event that the server lists.</param>
/// <param name="Deliveries">Every delivery that the server lists, with its attempts.</param>
internal sealed record Evidence(
    EpochLedger Ledger, IReadOnlyList<Life> Lives, IReadOnlyList<WatchTrack> Tracks, IReadOnlyList<Event> Events,
    IReadOnlyList<Delivery> Deliveries)
{
    private const int AtOnce = 8;
    private const int PageSize = 1_000;

    public Violations Violations => Ledger.Violations;

    /// <summary>Every request that reached one of the receiver's mailboxes.</summary>
    public IEnumerable<(KnownWebhook Webhook, Receipt Receipt)> Receipts =>
        Ledger.Webhooks.SelectMany(w => w.Mailbox.Receipts.Select(r => (w, r)));

    /// <summary>Reads everything from a server on which nothing moves any more.</summary>
    public static async Task<Evidence> GatherAsync(
        Clients platform, EpochLedger ledger, IReadOnlyList<Life> lives, IReadOnlyList<WatchTrack> tracks)
    {
        var listed = Distinct(await ListAsync(platform, ledger.TenantId, []), delivery => delivery.Id, ledger.Violations);
        var full = new Delivery[listed.Count];
        await Parallel.ForAsync(0, listed.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, cancel) =>
        {
            var got = await platform.Deliveries.GetDeliveryAsync(new() { DeliveryId = listed[i].Id }, cancellationToken: cancel);
            full[i] = got.Delivery;
            var bare = got.Delivery.Clone();
            bare.Attempts.Clear();
            ledger.Violations.Unless(bare.Equals(listed[i]), $"A delivery is listed as {listed[i]} and answered as {bare}");
        });
        var events = Distinct(await ListEventsAsync(platform, ledger.TenantId), source => source.Id, ledger.Violations);
        return new(ledger, lives, tracks, events, full);
    }

    /// <summary>All pages of the deliveries in some states; in all without any.</summary>
    public static async Task<IReadOnlyList<Delivery>> ListAsync(Clients platform, string tenantId, IEnumerable<DeliveryState> states)
    {
        var all = new List<Delivery>();
        var request = new ListDeliveriesRequest { TenantId = tenantId, PageSize = PageSize, States = { states } };
        do
        {
            var page = await platform.Deliveries.ListDeliveriesAsync(request);
            all.AddRange(page.Deliveries);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return all;
    }

    private static IReadOnlyList<T> Distinct<T>(IReadOnlyList<T> listed, Func<T, string> id, Violations violations)
    {
        foreach (var twice in listed.CountBy(id).Where(count => count.Value > 1))
        {
            violations.Add($"{twice.Key} is listed {twice.Value} times");
        }

        return [.. listed.DistinctBy(id)];
    }

    private static async Task<IReadOnlyList<Event>> ListEventsAsync(Clients platform, string tenantId)
    {
        var all = new List<Event>();
        var request = new ListEventsRequest { TenantId = tenantId, PageSize = PageSize };
        do
        {
            var page = await platform.Events.ListEventsAsync(request);
            all.AddRange(page.Events);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return all;
    }
}
