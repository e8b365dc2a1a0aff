using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>The store's counters. A value: the writer keeps a copy to go back to.</summary>
internal record struct Counters
{
    private const long MetaId = 1;

    public long Revision;
    public long EventSeq;
    public long DeliverySeq;

    /// <summary>The last position given to anything else.</summary>
    public long Seq;

    public long LatestEvent;
    public long EventDisorder;
    public long LatestChange;
    public long ChangeDisorder;
    public long RevisionFloor;

    /// <summary>The last event that <see cref="Listing.Events"/> has.</summary>
    public long EventsListedTo;

    /// <summary>The last delivery that <see cref="Listing.Deliveries"/> has.</summary>
    public long DeliveriesListedTo;

    public static Counters Load(DocumentStore documents)
    {
        var meta = documents.Find(Collections.Meta, MetaId)!;
        return new Counters
        {
            Revision = meta.Long("revision"),
            EventSeq = meta.Long("event_seq"),
            DeliverySeq = meta.Long("delivery_seq"),
            Seq = meta.Long("seq"),
            LatestEvent = meta.Long("latest_event"),
            EventDisorder = meta.Long("event_disorder"),
            LatestChange = meta.Long("latest_change"),
            ChangeDisorder = meta.Long("change_disorder"),
            RevisionFloor = meta.Long("revision_floor"),
            EventsListedTo = meta.Long("events_listed_to"),
            DeliveriesListedTo = meta.Long("deliveries_listed_to"),
        };
    }

    /// <summary>Writes them into the document that says what the store is.</summary>
    public readonly BsonDocument ToDocument(StoreIdentity identity) => new()
    {
        ["_id"] = MetaId,
        ["store_id"] = identity.StoreId,
        ["format"] = identity.Format,
        ["revision"] = Revision,
        ["event_seq"] = EventSeq,
        ["delivery_seq"] = DeliverySeq,
        ["seq"] = Seq,
        ["latest_event"] = LatestEvent,
        ["event_disorder"] = EventDisorder,
        ["latest_change"] = LatestChange,
        ["change_disorder"] = ChangeDisorder,
        ["revision_floor"] = RevisionFloor,
        ["events_listed_to"] = EventsListedTo,
        ["deliveries_listed_to"] = DeliveriesListedTo,
    };

    public void NoteEvent(DateTimeOffset time) => Note(time, ref LatestEvent, ref EventDisorder);

    public void NoteChange(DateTimeOffset time) => Note(time, ref LatestChange, ref ChangeDisorder);

    /// <summary>Says that the change at a revision is no longer stored.</summary>
    public void NoteRemoved(long revision) => RevisionFloor = Math.Max(RevisionFloor, revision);

    private static void Note(DateTimeOffset time, ref long latest, ref long disorder)
    {
        var microseconds = time.ToMicroseconds();
        disorder = Math.Max(disorder, latest - microseconds);
        latest = Math.Max(latest, microseconds);
    }
}

/// <summary>What a store is.</summary>
/// <param name="StoreId">Its own id.</param>
/// <param name="Format">The version of what is stored in it.</param>
internal readonly record struct StoreIdentity(string StoreId, int Format)
{
    public const int Latest = 4;

    /// <summary>The earliest that is read: it has no <see cref="Collections.RecentCounts"/>.</summary>
    public const int Earliest = 2;

    /// <summary>The first in which API keys have <see cref="KeyKind.Valid"/>.</summary>
    public const int ValidKeys = 4;

    /// <summary>Null if the documents are those of another program.</summary>
    public static StoreIdentity? Find(DocumentStore documents) =>
        documents.Find(Collections.Meta, 1L) is { } meta && meta.Text("store_id") is { Length: > 0 } id
            ? new StoreIdentity(id, meta.Int("format"))
            : null;
}
