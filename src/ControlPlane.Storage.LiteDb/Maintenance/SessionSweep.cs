using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes keys of portal sessions that expired. Their ids are beside each other in the index, oldest first.</summary>
internal sealed class SessionSweep(RetentionTerms terms) : ShortSweep(terms.Batch)
{
    private static readonly BsonValue End = Key.Of(KeyKind.Id, ApiKeyRecord.PortalPrefix + '~');
    private readonly List<BsonValue> _found = [];
    private string _last = ApiKeyRecord.PortalPrefix;

    protected override int Found => _found.Count;

    protected override void Forget() => _found.Clear();

    protected override void LookOn(DocumentStore reader)
    {
        var looked = 0;
        using var rows = reader.WithinKeys(Collections.ApiKeys, Key.Of(KeyKind.Id, _last), End);
        while (looked < LookAtMost && !IsFull && rows.Step())
        {
            looked++;
            if (rows.Current.Text("id") == _last)
            {
                continue;
            }

            _last = rows.Current.Text("id");
            if (rows.Current.TimeOrNull("expire_time") < terms.SessionsBefore)
            {
                _found.Add(rows.Current[DocumentStore.Id]);
            }
        }

        Finished = looked < LookAtMost && !IsFull;
    }

    public override Removed Remove(WriteSession session)
    {
        session.NoteSize(documents: _found.Count);
        return new Removed { Sessions = session.Stored.Delete(Collections.ApiKeys, _found) };
    }
}
