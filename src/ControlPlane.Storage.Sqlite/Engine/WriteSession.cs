using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>The writer's connection and what it knows within a transaction. Operations see each other's rows in it.</summary>
internal sealed class WriteSession : IWriteSession
{
    /// <summary>What a row and its index entries take, roughly.</summary>
    private const int RowSize = 512;

    private static readonly Sql BeginImmediate = new("BEGIN IMMEDIATE");
    private static readonly Sql CommitAll = new("COMMIT");
    private readonly Connection _connection;
    private readonly Checkpointer _checkpointer;
    private readonly Damage _damage;
    private readonly OpenFiles _files;
    private readonly Action<WriteSession> _beforeCommit;
    private readonly TimeProvider _clock;
    private Counters _committed;
    private Counters _counters;
    private long _size;

    public WriteSession(
        Connection connection, Checkpointer checkpointer, Damage damage, OpenFiles files, Action<WriteSession> beforeCommit, TimeProvider clock)
    {
        _files = files;
        _beforeCommit = beforeCommit;
        _checkpointer = checkpointer;
        _damage = damage;
        _connection = connection;
        _clock = clock;
        Texts = new InternedTexts(connection);
        Refs = new TenantRefs(connection);
        Minute = new CurrentMinute((minute, owner) => StatsRows.Find(connection, minute, owner));
        StoredBacklog.Load(connection, Backlog);
        _counters = _committed = Counters.Load(connection);
    }

    public InternedTexts Texts { get; }

    /// <summary>Tenants and webhooks by id.</summary>
    public TenantRefs Refs { get; }

    /// <summary>Deliveries under lease.</summary>
    public LeasedRows Leased { get; } = new();

    /// <summary>Attempts of this transaction that are yet to be stored; nothing in it reads them.</summary>
    public List<AttemptRow> Attempts { get; } = [];

    /// <inheritdoc/>
    public bool Careful { get; set; }

    /// <summary>How many deliveries have not ended.</summary>
    public Backlog Backlog { get; } = new();

    /// <summary>How the attempts of this minute ended.</summary>
    public CurrentMinute Minute { get; }

    /// <summary>The counters with what this transaction added.</summary>
    public ref Counters Counters => ref _counters;

    /// <summary>The latest committed revision.</summary>
    public long Head => _committed.Revision;

    public Connection Connection => _connection;

    /// <summary>The time that leases and due times are reckoned from.</summary>
    public DateTimeOffset Now => _clock.GetStoreNow();

    public long Rows => _size / RowSize;

    public Statement Use(Sql sql) => _connection.Use(sql);

    /// <summary>The number of a text, given now if it has none.</summary>
    public long Intern(TextKind kind, string text) => Texts.Intern(kind, text, _counters.EventSeq);

    /// <summary>Takes note of a row that was written, with content of a certain size.</summary>
    public void NoteRow(int content = 0) => _size += RowSize + content;

    /// <summary>Takes note of rows that were removed.</summary>
    public void NoteRows(int count) => _size += (long)count * RowSize;

    public void BetweenBatches() => _checkpointer.AfterCommit();

    public Exception Translate(Exception exception) => _damage.Translate(exception);

    public bool IsConstraint(Exception exception) => exception is SqliteException { IsConstraint: true };

    public void Begin()
    {
        _size = 0;
        if (_connection.InTransaction)
        {
            _connection.Execute("ROLLBACK");
        }

        _connection.Use(BeginImmediate).Run();
    }

    /// <summary>Does what operations left for the end of the transaction.</summary>
    public void Flush()
    {
        _beforeCommit(this);
    }

    public void Commit()
    {
        Flush();
        if (_counters != _committed)
        {
            _counters.Save(_connection);
        }

        // Nothing is acknowledged that would be gone with the process.
        _files.ThrowIfReplaced();
        _connection.Use(CommitAll).Run();
        _committed = _counters;
        Backlog.Commit();
    }

    public void Rollback()
    {
        // Some errors end the transaction by themselves.
        if (_connection.InTransaction)
        {
            TryRollBack();
        }

        _counters = _committed;
        Texts.Forget();
        Refs.Clear();
        Leased.Clear();
        Attempts.Clear();
        Minute.Clear();
        Backlog.Rollback();
    }

    private void TryRollBack()
    {
        try
        {
            _connection.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // What made the transaction fail can make this fail. The next one begins with it.
        }
    }
}
