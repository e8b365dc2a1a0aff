using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes webhooks that were deleted and that no delivery refers to any more, and redrives that ended.</summary>
internal sealed class LeftoverSweep(RetentionTerms terms) : ShortSweep(terms.Batch)
{
    private readonly List<BsonValue> _webhooks = [];
    private readonly List<BsonValue> _redrives = [];
    private (long Time, long Seq) _last = (long.MinValue, long.MinValue);

    protected override int Found => _webhooks.Count + _redrives.Count;

    protected override void Forget()
    {
        _webhooks.Clear();
        _redrives.Clear();
    }

    protected override void LookOn(DocumentStore reader)
    {
        var (looked, isLast) = (0, false);
        using (var rows = Gone(reader, Collections.Webhooks, _last.Time, _last.Seq))
        {
            while (looked < LookAtMost && !IsFull && !(isLast = !rows.Step()))
            {
                looked += Seek;
                // Those of a tenant that was deleted were deleted at one time.
                _last = (rows.Current.Long("delete_time"), rows.Current.Seq() + 1);
                if (!IsUsed(reader, rows.Current.Seq(), ref looked))
                {
                    _webhooks.Add(rows.Current[DocumentStore.Id]);
                }
            }
        }

        if (_redrives.Count == 0)
        {
            using var rows = Gone(reader, Collections.Redrives, long.MinValue, long.MinValue);
            while (!IsFull && rows.Step())
            {
                _redrives.Add(rows.Current[DocumentStore.Id]);
            }
        }

        Finished = isLast && !IsFull;
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

    private Rows Gone(DocumentStore documents, string collection, long time, long seq) => documents.WithinKeys(
        collection,
        Key.Of(KeyKind.Gone, time, seq),
        Key.Of(KeyKind.Gone, terms.MetadataBefore.ToMicroseconds() - 1, long.MaxValue));

    private static bool IsUsed(DocumentStore documents, long webhook, ref int looked)
    {
        foreach (var seq in Listing.Deliveries.Of(documents, documents.Recent.Deliveries, webhook, 0, long.MaxValue, descending: false))
        {
            looked += Seek;
            if (documents.Find(Collections.Deliveries, seq) is not null)
            {
                return true;
            }
        }

        return false;
    }
}
