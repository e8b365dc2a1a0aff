using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes lists of ids when nothing is left that has one of them.</summary>
internal sealed class IdSweep(Listing listing, int batch) : Sweep<DocumentStore, WriteSession>(batch)
{
    private readonly List<BsonValue> _found = [];
    private BsonValue? _position;

    public override bool Look(DocumentStore reader)
    {
        _found.Clear();
        for (var looked = 0; looked < Batch; looked++)
        {
            if (listing.FindIds(reader, _position) is not { } list)
            {
                Finished = true;
                break;
            }

            _position = list.Id;
            if (reader.FirstWithin(listing.Documents, list.From, list.To - 1, select: listing.Facts) is null)
            {
                _found.Add(list.Id);
            }
        }

        return _found.Count > 0;
    }

    public override Removed Remove(WriteSession session)
    {
        session.Stored.Delete(Collections.Ids, _found);
        session.NoteSize(documents: _found.Count);
        return default;
    }
}
