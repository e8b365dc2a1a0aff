namespace ControlPlane.Storage.Sqlite;

/// <summary>The store's counters as the meta row holds them. A value: the writer keeps a copy to go back to.</summary>
internal record struct Counters
{
    private static readonly Sql Read = new(
        """
        SELECT revision, event_seq, delivery_seq, webhook_seq, tenant_seq, key_seq,
          latest_event, event_disorder, latest_change, change_disorder, revision_floor, webhook_deliveries_to
        FROM meta
        """);

    private static readonly Sql Write = new(
        """
        UPDATE meta SET revision = ?, event_seq = ?, delivery_seq = ?, webhook_seq = ?, tenant_seq = ?, key_seq = ?,
          latest_event = ?, event_disorder = ?, latest_change = ?, change_disorder = ?, revision_floor = ?,
          webhook_deliveries_to = ?
        """);

    public long Revision;
    public long EventSeq;
    public long DeliverySeq;
    public long WebhookSeq;
    public long TenantSeq;
    public long KeySeq;
    public long LatestEvent;
    public long EventDisorder;
    public long LatestChange;
    public long ChangeDisorder;
    public long RevisionFloor;

    /// <summary>The last delivery that <see cref="WebhookDeliveries"/> covers.</summary>
    public long WebhookDeliveriesTo;

    public static Counters Load(Connection connection)
    {
        using var row = connection.Use(Read);
        row.Step();
        return new Counters
        {
            Revision = row.Long(0),
            EventSeq = row.Long(1),
            DeliverySeq = row.Long(2),
            WebhookSeq = row.Long(3),
            TenantSeq = row.Long(4),
            KeySeq = row.Long(5),
            LatestEvent = row.Long(6),
            EventDisorder = row.Long(7),
            LatestChange = row.Long(8),
            ChangeDisorder = row.Long(9),
            RevisionFloor = row.Long(10),
            WebhookDeliveriesTo = row.Long(11),
        };
    }

    public readonly void Save(Connection connection) => connection.Use(Write)
        .Bind(Revision).Bind(EventSeq).Bind(DeliverySeq).Bind(WebhookSeq).Bind(TenantSeq).Bind(KeySeq)
        .Bind(LatestEvent).Bind(EventDisorder).Bind(LatestChange).Bind(ChangeDisorder).Bind(RevisionFloor)
        .Bind(WebhookDeliveriesTo)
        .Run();

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
