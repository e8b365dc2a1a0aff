namespace ControlPlane.Storage.Sqlite;

/// <summary>What a name is of. The numbers are stored.</summary>
internal enum TextKind
{
    EventType = 1,
    Instance = 2,
    Owner = 3,
}

/// <summary>
/// Numbers for texts that recur on many rows. Each carries the event that was the latest when it was last found in use, which is
/// brought up to date every <see cref="NoteEvery"/> events: what refers to a name is at most that much later.
/// </summary>
internal sealed class InternedTexts(Connection connection)
{
    public const int NoteEvery = 100_000;
    private const int Remembered = 50_000;
    private static readonly Sql Find = new("SELECT seq, last_event FROM names WHERE kind = ? AND text = ?");
    private static readonly Sql Insert = new("INSERT INTO names (kind, text, last_event) VALUES (?, ?, ?) RETURNING seq, last_event");
    private static readonly Sql Note = new("UPDATE names SET last_event = ? WHERE seq = ?");
    private static readonly Sql FindRange = new("SELECT seq FROM names WHERE kind = ? AND text >= ? AND text < ?");
    private readonly Dictionary<(TextKind, string), (long Seq, long LastEvent)> _known = [];

    /// <summary>The number of a text, given now if it has none.</summary>
    public long Intern(TextKind kind, string text, long latestEvent)
    {
        if (!_known.TryGetValue((kind, text), out var name))
        {
            name = Read(connection.Use(Find).Bind((long)kind).Bind(text))
                ?? Read(connection.Use(Insert).Bind((long)kind).Bind(text).Bind(latestEvent))!.Value;
            if (_known.Count >= Remembered)
            {
                _known.Clear();
            }

            _known.Add((kind, text), name);
        }

        if (latestEvent - name.LastEvent >= NoteEvery)
        {
            connection.Use(Note).Bind(latestEvent).Bind(name.Seq).Run();
            _known[(kind, text)] = (name.Seq, latestEvent);
        }

        return name.Seq;
    }

    /// <summary>Forgets what was learned: a rollback may have taken it back.</summary>
    public void Forget() => _known.Clear();

    /// <summary>Forgets a name that is being removed.</summary>
    public void Forget(TextKind kind, string text) => _known.Remove((kind, text));

    /// <summary>The number of a text, or null if no row can have it.</summary>
    public static long? FindSeq(Connection connection, TextKind kind, string text)
    {
        using var row = connection.Use(Find).Bind((long)kind).Bind(text);
        return row.Step() ? row.Long(0) : null;
    }

    /// <summary>The numbers of event types given exactly or as prefixes that end in <c>.*</c>; null means any.</summary>
    public static HashSet<long>? FindTypes(Connection connection, IReadOnlyList<string> patterns)
    {
        if (patterns.Count == 0 || patterns.Contains("*"))
        {
            return null;
        }

        var found = new HashSet<long>();
        foreach (var pattern in patterns)
        {
            if (pattern.EndsWith(".*", StringComparison.Ordinal))
            {
                // All texts that begin with "a." sort from "a." up to, not including, "a/".
                var stem = pattern[..^2];
                using var rows = connection.Use(FindRange).Bind((long)TextKind.EventType).Bind(stem + ".").Bind(stem + "/");
                while (rows.Step())
                {
                    found.Add(rows.Long(0));
                }
            }
            else if (FindSeq(connection, TextKind.EventType, pattern) is { } seq)
            {
                found.Add(seq);
            }
        }

        return found;
    }

    private static (long Seq, long LastEvent)? Read(Statement row)
    {
        using (row)
        {
            return row.Step() ? (row.Long(0), row.Long(1)) : null;
        }
    }
}
