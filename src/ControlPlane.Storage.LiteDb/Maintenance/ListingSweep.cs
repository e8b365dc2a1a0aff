using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes the oldest lists of webhooks' deliveries when none of what they list is left.</summary>
internal sealed class ListingSweep(int batch) : Sweep<DocumentStore, WriteSession>(batch)
{
    private readonly List<BsonValue> _found = [];
    private long _webhook;

    public override bool Look(DocumentStore reader)
    {
        _found.Clear();
        for (var looked = 0; looked < LookAtMost;)
        {
            if (WebhookDeliveries.FindFirst(reader, _webhook) is not { } first)
            {
                Finished = true;
                break;
            }

            _webhook = first.Webhook;
            if (first.Deliveries.Any(seq => looked++ < LookAtMost && reader.Find(Collections.Deliveries, seq) is not null))
            {
                _webhook++;
            }
            else
            {
                // The next one of the same webhook is looked at when this one is gone.
                _found.Add(first.Id);
                break;
            }
        }

        return _found.Count > 0;
    }

    public override Removed Remove(WriteSession session)
    {
        session.Stored.Delete(Collections.DeliveryLists, _found);
        session.NoteSize(documents: _found.Count);
        return default;
    }
}
