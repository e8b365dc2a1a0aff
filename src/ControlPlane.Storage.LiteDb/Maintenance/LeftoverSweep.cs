using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes webhooks that were deleted and that no delivery refers to any more, and redrives that ended.</summary>
internal sealed class LeftoverSweep(RetentionTerms terms) : Sweep<DocumentStore, WriteSession>(terms.Batch)
{
    private readonly List<BsonValue> _webhooks = [];
    private readonly List<BsonValue> _redrives = [];
    private long _webhooksTo = long.MinValue;

    public override bool Look(DocumentStore reader)
    {
        _webhooks.Clear();
        _redrives.Clear();
        var looked = 0;
        using (var rows = Gone(reader, Collections.Webhooks, _webhooksTo))
        {
            while (looked < LookAtMost && _webhooks.Count < Batch && rows.Step())
            {
                looked++;
                _webhooksTo = rows.Current.Long("delete_time");
                if (!IsUsed(reader, rows.Current.Seq(), ref looked))
                {
                    _webhooks.Add(rows.Current[DocumentStore.Id]);
                }
            }

            Finished = looked < LookAtMost && _webhooks.Count < Batch;
        }

        using (var rows = Gone(reader, Collections.Redrives, long.MinValue))
        {
            while (_redrives.Count < Batch && rows.Step())
            {
                _redrives.Add(rows.Current[DocumentStore.Id]);
            }
        }

        Finished &= _redrives.Count < Batch;
        return _webhooks.Count + _redrives.Count > 0;
    }

    public override Removed Remove(WriteSession session)
    {
        // Neither comes back, and a deleted webhook gets no deliveries.
        session.NoteSize(documents: _webhooks.Count + _redrives.Count);
        _webhooks.ForEach(webhook => Listing.Deliveries.DeleteAll(session.Stored, webhook.AsInt64));
        session.OpenDeliveries.Remove(session.Stored, _webhooks);
        session.Refs.Clear();
        return new Removed
        {
            Webhooks = session.Stored.Delete(Collections.Webhooks, _webhooks),
            Redrives = session.Stored.Delete(Collections.Redrives, _redrives),
        };
    }

    private Rows Gone(DocumentStore documents, string collection, long from) => documents.WithinKeys(
        collection,
        Key.Of(KeyKind.Gone, from, long.MinValue),
        Key.Of(KeyKind.Gone, terms.MetadataBefore.ToMicroseconds() - 1, long.MaxValue));

    private static bool IsUsed(DocumentStore documents, long webhook, ref int looked)
    {
        foreach (var seq in Listing.Deliveries.Of(documents, documents.Recent.Deliveries, webhook, 0, long.MaxValue, descending: false))
        {
            looked++;
            if (documents.Find(Collections.Deliveries, seq) is not null)
            {
                return true;
            }
        }

        return false;
    }
}
