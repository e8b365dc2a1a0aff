using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>What says that a store is an unfinished copy: a document beside the one that says what the store is.</summary>
internal static class CopyMarks
{
    private const long MarkId = 2;
    private const string Mark = "copy_mark";

    public static string? Find(DocumentStore documents) => documents.Find(Collections.Meta, MarkId)?.Text(Mark);

    public static bool Save(WriteSession session, string mark)
    {
        BsonDocument[] document = [new() { ["_id"] = MarkId, [Mark] = mark }];
        if (Find(session.Stored) is null)
        {
            session.Stored.Insert(Collections.Meta, document);
        }
        else
        {
            session.Stored.Update(Collections.Meta, document);
        }

        return true;
    }

    public static bool Remove(WriteSession session) => session.Stored.Delete(Collections.Meta, [MarkId]) == 1;

    /// <summary>Makes an empty store into the beginning of a copy.</summary>
    public static bool Begin(WriteSession session, StoreSummary source, string mark)
    {
        var tenants = new List<BsonValue>();
        using (var rows = session.Stored.Within(Collections.Tenants, long.MinValue, long.MaxValue))
        {
            while (rows.Step())
            {
                tenants.Add(rows.Current[DocumentStore.Id]);
            }
        }

        session.Stored.Delete(Collections.Tenants, tenants);
        session.StoreId = source.StoreId;
        session.Counters.Revision = source.Revision;
        session.Counters.RevisionFloor = source.RevisionFloor;
        session.Counters.ChangeDisorder = source.ChangeDisorder.Ticks / TimeSpan.TicksPerMicrosecond;
        return Save(session, mark);
    }
}
