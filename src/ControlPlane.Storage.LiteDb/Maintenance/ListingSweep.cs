using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes lists when nothing of what they list is left.</summary>
internal sealed class ListingSweep(Listing listing, int batch) : ShortSweep(batch)
{
    private static readonly BsonExpression IdOnly = BsonExpression.Create("{_id: $._id}");

    private readonly List<BsonValue> _found = [];
    private BsonValue _list = BsonValue.Null;
    private long _owner;
    private int _looked;

    protected override int Found => _found.Count;

    // The next one of the same owner is looked at when this one is gone.
    protected override bool IsFull => Found > 0;

    protected override void Forget() => _found.Clear();

    protected override void LookOn(DocumentStore reader)
    {
        for (var looked = 0; looked < LookAtMost && !IsFull;)
        {
            if (listing.FindList(reader, _owner) is not { } first)
            {
                Finished = true;
                break;
            }

            (_owner, _looked) = (first.Owner, first.Id == _list ? _looked : 0);
            _list = first.Id;
            // The newest is there for the longest, so that mostly this one is enough. They are far from each other: each is looked for by itself.
            var some = Enumerable.Reverse(first.Positions).Skip(_looked).Take(_looked == 0 ? 1 : LookAtMost / Seek).ToList();
            looked += (2 + some.Count) * Seek;
            _looked += some.Count;
            if (reader.FindEach(listing.Documents, some, IdOnly).Any())
            {
                _owner++;
            }
            else if (_looked == first.Positions.Length)
            {
                _found.Add(first.Id);
            }
        }
    }

    public override Removed Remove(WriteSession session)
    {
        listing.Delete(session.Stored, _found);
        session.NoteSize(documents: _found.Count);
        return default;
    }
}
