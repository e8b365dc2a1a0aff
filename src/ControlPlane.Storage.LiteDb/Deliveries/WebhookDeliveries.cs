using System.Runtime.InteropServices;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Finds the deliveries of a webhook. Up to a certain one they are listed by webhook, many in one document; the latest, at most about a
/// thousand of all webhooks, are looked through. Deliveries that were removed can be listed still.
/// </summary>
internal static class WebhookDeliveries
{
    private const int AtOnce = 1_024;
    private const string Listed = "d";

    /// <summary>The first delivery that is not listed.</summary>
    public static long FirstLatest(DocumentStore documents) => Counters.Load(documents).WebhookDeliveriesTo + 1;

    /// <summary>At the end of a transaction: lists what was added, if it is enough for the pages that this changes.</summary>
    public static void CatchUp(WriteSession session)
    {
        ref var counters = ref session.Counters;
        session.Unlisted ??= ReadUnlisted(session.Documents, counters.WebhookDeliveriesTo);
        if (counters.DeliverySeq - counters.WebhookDeliveriesTo < AtOnce)
        {
            return;
        }

        session.Stored.Insert(
            Collections.DeliveryLists,
            session.Unlisted.GroupBy(each => each.Webhook, each => each.Delivery).Select(Write));
        session.Unlisted.Clear();
        counters.WebhookDeliveriesTo = counters.DeliverySeq;
    }

    /// <summary>Returns listed deliveries of a webhook, from one position up to another, in either order.</summary>
    public static IEnumerable<long> Find(DocumentStore documents, long webhook, long from, long to, bool descending)
    {
        // The list before the first can reach beyond it.
        var first = documents.FirstWithin(Collections.DeliveryLists, IdOf(webhook, 0), IdOf(webhook, from), descending: true) is { } before
            ? before[DocumentStore.Id] : IdOf(webhook, from);
        using var rows = documents.Within(Collections.DeliveryLists, first, IdOf(webhook, to), descending);
        while (rows.Step())
        {
            var listed = Read(rows.Current);
            if (descending)
            {
                Array.Reverse(listed);
            }

            foreach (var delivery in listed.Where(delivery => delivery >= from && delivery < to))
            {
                yield return delivery;
            }
        }
    }

    /// <summary>Returns the first list of the first webhook from one on that has any.</summary>
    public static (BsonValue Id, long Webhook, long[] Deliveries)? FindFirst(DocumentStore documents, long webhook) =>
        documents.FirstWithin(Collections.DeliveryLists, IdOf(webhook, 0), IdOf(long.MaxValue, long.MaxValue)) is { } document
            ? (document[DocumentStore.Id], document.Long("w"), Read(document))
            : null;

    /// <summary>A webhook was removed, after all its deliveries.</summary>
    public static void DeleteAll(WriteSession session, long webhook)
    {
        var all = new List<BsonValue>();
        using (var rows = session.Stored.Within(Collections.DeliveryLists, IdOf(webhook, long.MinValue), IdOf(webhook, long.MaxValue)))
        {
            while (rows.Step())
            {
                all.Add(rows.Current[DocumentStore.Id]);
            }
        }

        session.Stored.Delete(Collections.DeliveryLists, all);
    }

    private static BsonValue IdOf(long webhook, long delivery) => Key.Of(KeyKind.OfTenant, webhook, delivery);

    private static long[] Read(BsonDocument document) => MemoryMarshal.Cast<byte, long>(document[Listed].AsBinary).ToArray();

    private static BsonDocument Write(IGrouping<long, long> deliveries)
    {
        long[] all = [.. deliveries];
        return new BsonDocument
        {
            ["_id"] = IdOf(deliveries.Key, all[0]),
            ["w"] = deliveries.Key,
            [Listed] = MemoryMarshal.AsBytes(all.AsSpan()).ToArray(),
        };
    }

    private static List<(long Webhook, long Delivery)> ReadUnlisted(DocumentStore documents, long listedTo)
    {
        var unlisted = new List<(long, long)>();
        using var rows = documents.Within(Collections.Deliveries, listedTo + 1, long.MaxValue, select: DeliveryFormat.Facts);
        while (rows.Step())
        {
            unlisted.Add((rows.Current.Long("ws"), rows.Current.Seq()));
        }

        return unlisted;
    }
}
