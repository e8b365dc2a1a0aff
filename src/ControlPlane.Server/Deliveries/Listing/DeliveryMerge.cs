using ControlPlane.Server.Access;
using ControlPlane.Storage;

namespace ControlPlane.Server.Deliveries.Listing;

/// <summary>
/// Lists the deliveries that a caller sees. Those of several webhooks come from the list of each, merged in order of position, so that
/// they are found however many others their tenant has.
/// </summary>
internal static class DeliveryMerge
{
    /// <summary>How often lists are read on for one page. It then ends, as pages of one list do whose filter few match.</summary>
    private const int MostReads = 50;

    /// <summary>How many deliveries are read of a list at least.</summary>
    private const int SmallestPortion = 4;

    /// <summary>Reads a page of the deliveries that a query means and the caller sees.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="caller">Who asks; a query that names a webhook has been <see cref="FilterLimits.LimitedTo"/> it.</param>
    /// <param name="query">Which ones.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Page<DeliveryRecord>> ListAsync(
        IDeliveryStore store, Caller caller, DeliveryQuery query, CancellationToken cancellationToken)
    {
        if (caller.WebhookIds is not { } webhookIds || query.WebhookId is not null)
        {
            return await store.ListAsync(query, cancellationToken);
        }

        if (query.EventId is not null)
        {
            // Looking through an event's deliveries once for each webhook would take longer.
            var page = await store.ListAsync(query, cancellationToken);
            return new([.. page.Items.Where(caller.Sees)], page.Next);
        }

        var portion = Math.Clamp(2 * query.Limit / webhookIds.Count, Math.Min(SmallestPortion, query.Limit), query.Limit);
        var lists = webhookIds.Select(id => new WebhookList(store, query with { WebhookId = id, Limit = portion })).ToList();
        foreach (var list in lists)
        {
            await list.ReadAsync(cancellationToken);
        }

        return await MergeAsync(lists, query.Limit, cancellationToken);
    }

    private static async Task<Page<DeliveryRecord>> MergeAsync(List<WebhookList> lists, int limit, CancellationToken cancellationToken)
    {
        var found = new List<DeliveryRecord>();
        var (reads, last) = (0, (long?)null);
        while (true)
        {
            var newest = lists.MaxBy(list => (list.At ?? long.MinValue, list.HasItem))!;
            if (newest.At is not { } at || found.Count == limit)
            {
                return new(found, newest.At is null ? null : last);
            }

            if (newest.HasItem)
            {
                found.Add(newest.Take());
                last = at;
            }
            else if (++reads > MostReads)
            {
                // What there is of the others is older than all that has not been read of this one.
                return new(found, at);
            }
            else
            {
                await newest.ReadAsync(cancellationToken);
            }
        }
    }

    /// <summary>The list of one webhook, read a portion at a time.</summary>
    private sealed class WebhookList(IDeliveryStore store, DeliveryQuery query)
    {
        private Page<DeliveryRecord> _page = new([], query.Before);
        private int _taken;

        public bool HasItem => _taken < _page.Items.Count;

        /// <summary>The position of the next delivery, or the one before which to read on; null at the end.</summary>
        public long? At => HasItem ? _page.Positions[_taken] : _page.Next;

        public async Task ReadAsync(CancellationToken cancellationToken)
        {
            _page = await store.ListAsync(query with { Before = _page.Next }, cancellationToken);
            _taken = 0;
        }

        public DeliveryRecord Take() => _page.Items[_taken++];
    }
}
