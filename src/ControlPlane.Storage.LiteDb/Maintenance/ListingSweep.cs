using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes lists when nothing of what they list is left.</summary>
internal sealed class ListingSweep(Listing listing, int batch) : Sweep<DocumentStore, WriteSession>(batch)
{
    /// <summary>Positions to look at in one read: most are far from each other, and each is looked for by itself.</summary>
    private const int SeekAtMost = LookAtMost / 4;

    private static readonly BsonExpression IdOnly = BsonExpression.Create("{_id: $._id}");

    private readonly List<BsonValue> _found = [];
    private BsonValue _list = BsonValue.Null;
    private long _owner;
    private int _looked;

    public override bool Look(DocumentStore reader)
    {
        _found.Clear();
        for (var left = SeekAtMost; left > 0 && _found.Count == 0;)
        {
            if (listing.FindList(reader, _owner) is not { } first)
            {
                Finished = true;
                break;
            }

            (_owner, _looked) = (first.Owner, first.Id == _list ? _looked : 0);
            _list = first.Id;
            var some = first.Positions.Skip(_looked).Take(left).ToList();
            left -= some.Count;
            _looked += some.Count;
            if (reader.FindEach(listing.Documents, some, IdOnly).Any())
            {
                _owner++;
            }
            else if (_looked == first.Positions.Length)
            {
                // The next one of the same owner is looked at when this one is gone.
                _found.Add(first.Id);
            }
        }

        return _found.Count > 0;
    }

    public override Removed Remove(WriteSession session)
    {
        listing.Delete(session.Stored, _found);
        session.NoteSize(documents: _found.Count);
        return default;
    }
}
