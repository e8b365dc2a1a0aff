namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Removes texts that nothing refers to: neither an event that the sweep over the events passed and left, nor one after it, which
/// the note that each name carries rules out. An owner's name can be held by leases too.
/// </summary>
internal sealed class InternedTextSweep(RetentionTerms terms, EventSweep events) : SqliteSweep(terms.Batch)
{
    private const long EmptyInstance = 1;

    internal static readonly Sql After = new("SELECT seq, kind, text, last_event FROM names WHERE seq > ? ORDER BY seq LIMIT ?");

    internal static readonly Sql IsLeasing = new("SELECT 1 FROM deliveries WHERE lease_until IS NOT NULL AND owner_seq = ? LIMIT 1");
    private static readonly Sql DeleteOne = new("DELETE FROM names WHERE seq = ? AND last_event = ? RETURNING 1");
    private readonly List<(long Seq, TextKind Kind, string Text, long LastEvent)> _found = [];
    private long _position = EmptyInstance;

    public override bool Look(Connection reader)
    {
        _found.Clear();
        var looked = 0;
        using var rows = reader.Use(After).Bind(_position).Bind(LookAtMost);
        while (rows.Step())
        {
            looked++;
            _position = rows.Long(0);
            var (kind, lastEvent) = ((TextKind)rows.Int(1), rows.Long(3));
            if (lastEvent + InternedTexts.NoteEvery <= events.Position && IsUnused(reader, kind, _position))
            {
                _found.Add((_position, kind, rows.Text(2), lastEvent));
            }

            if (_found.Count == Batch || looked == LookAtMost)
            {
                return _found.Count > 0;
            }
        }

        Finished = true;
        return _found.Count > 0;
    }

    public override Removed Remove(WriteSession session)
    {
        var removed = 0;
        foreach (var (seq, kind, text, lastEvent) in _found)
        {
            if (kind == TextKind.Owner && IsOwner(session.Connection, seq))
            {
                continue;
            }

            using var row = session.Use(DeleteOne).Bind(seq).Bind(lastEvent);
            if (row.Step())
            {
                session.Texts.Forget(kind, text);
                removed++;
            }

            session.NoteRow();
        }

        return new Removed { InternedTexts = removed };
    }

    private bool IsUnused(Connection connection, TextKind kind, long seq) => kind switch
    {
        TextKind.EventType or TextKind.Instance => !events.TextsInUse.Contains(seq),
        TextKind.Owner => !IsOwner(connection, seq),
        _ => false,
    };

    private static bool IsOwner(Connection connection, long seq)
    {
        using var row = connection.Use(IsLeasing).Bind(seq);
        return row.Step();
    }
}
