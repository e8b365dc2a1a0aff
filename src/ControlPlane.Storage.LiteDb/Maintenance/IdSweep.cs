using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes lists of ids when nothing is left that has one of them.</summary>
internal sealed class IdSweep(Listing listing, int batch) : ShortSweep(batch)
{
    private readonly List<BsonValue> _found = [];
    private BsonValue? _position;

    protected override int Found => _found.Count;

    protected override void Forget() => _found.Clear();

    protected override void LookOn(DocumentStore reader)
    {
        for (var looked = 0; looked < LookAtMost && !IsFull; looked += 2 * Seek)
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
    }

    public override Removed Remove(WriteSession session)
    {
        session.Stored.Delete(Collections.Ids, _found);
        session.NoteSize(documents: _found.Count);
        return default;
    }
}
