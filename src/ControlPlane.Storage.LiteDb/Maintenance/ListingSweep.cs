using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes lists when nothing of what they list is left.</summary>
internal sealed class ListingSweep(Listing listing, int batch) : Sweep<DocumentStore, WriteSession>(batch)
{
    private readonly List<BsonValue> _found = [];
    private long _owner;

    public override bool Look(DocumentStore reader)
    {
        _found.Clear();
        for (var looked = 0; looked < LookAtMost;)
        {
            if (listing.FindList(reader, _owner) is not { } first)
            {
                Finished = true;
                break;
            }

            _owner = first.Owner;
            if (first.Positions.Any(seq => looked++ < LookAtMost && reader.Find(listing.Documents, seq) is not null))
            {
                _owner++;
            }
            else
            {
                // The next one of the same owner is looked at when this one is gone.
                _found.Add(first.Id);
                break;
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
