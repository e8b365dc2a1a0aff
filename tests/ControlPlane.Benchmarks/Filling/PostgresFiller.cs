using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Storage;
using ControlPlane.Storage.Postgres;
using ControlPlane.Storage.Transitions;
using Npgsql;

namespace ControlPlane.Benchmarks.Filling;

/// <summary>
/// Fills a PostgreSQL store in bulk: events come as a copy of another store would bring them, with COPY into the partitions of their days.
/// Then each delivery is changed once more, so that tables and indexes have the dead versions, and vacuum the work, that recording its
/// attempt would have left. The counts of attempts over time are not made.
/// </summary>
internal sealed class PostgresFiller : IStoreFiller
{
    /// <summary>Events that are stored at once.</summary>
    private const int PageSize = 1_000;

    /// <summary>What says in the store that it is not finished.</summary>
    private const string Mark = "filling";

    private const string Record =
        """
        WITH counted AS (UPDATE store SET revision = $3 RETURNING 1)
        UPDATE deliveries SET revision = revision + $4 WHERE seq > $1 AND seq <= $2
        """;

    private readonly ICopyTarget _target;
    private readonly NpgsqlConnection _connection;
    private readonly PastClock _clock = new();
    private readonly IdSource _ids;
    private readonly List<StoreEntry> _waiting = [];
    private long _revision;

    private PostgresFiller(ICopyTarget target, NpgsqlConnection connection, long revision)
    {
        (_target, _connection, _revision) = (target, connection, revision);
        _ids = new(_clock);
    }

    public static async Task<PostgresFiller> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var target = await PostgresStorage.OpenTargetAsync(new() { ConnectionString = connectionString }, cancellationToken);
        var summary = await target.DescribeAsync(cancellationToken);
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        return new(target, connection, summary.Revision);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> AddAsync(
        string tenantId, IReadOnlyList<PastEvent> events, CancellationToken cancellationToken)
    {
        var first = _waiting.Count;
        _waiting.AddRange(events.Select(each => Create(tenantId, each)));
        List<string> ids = [.. _waiting.Skip(first).Select(entry => ((StoreEntry.PublishedEvent)entry).Record.Id)];
        if (_waiting.Count >= PageSize)
        {
            await StoreAsync(cancellationToken);
        }

        return ids;
    }

    /// <summary>Stores what is left and lets servers open the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await StoreAsync(CancellationToken.None);
        await _target.FinishAsync(CancellationToken.None);
        await _connection.DisposeAsync();
        await _target.DisposeAsync();
    }

    private StoreEntry.PublishedEvent Create(string tenantId, PastEvent past)
    {
        _clock.Now = past.Time;
        var published = _clock.GetStoreNow();
        var added = new EventRecord
        {
            Id = _ids.Next("evt_"),
            TenantId = tenantId,
            Type = past.Type,
            Instance = past.Instance,
            Payload = past.Payload,
            CreateTime = published,
            DeliveryCount = past.Deliveries.Count,
        };
        return new(added, null, [.. past.Deliveries.Select(each => Create(added, each))]);
    }

    private DeliveryEntry Create(EventRecord added, PastDelivery past)
    {
        var born = DeliveryTransitions.Create(added, new(_ids.Next("dlv_"), past.WebhookId, DeliveryTrigger.Publish, Leased: true), inLine: false, leased: true);
        var now = added.CreateTime + PastOutcome.AttemptDuration;
        var completion = PastOutcome.Of(born, past, now);
        var completed = DeliveryTransitions.Complete(completion, 0, 0, webhookDeleted: false, EndReason.None, now);
        return new(completed with { Revision = ++_revision }, [completion.Attempt]);
    }

    private async Task StoreAsync(CancellationToken cancellationToken)
    {
        var count = _waiting.Sum(entry => ((StoreEntry.PublishedEvent)entry).Deliveries.Count);
        if (count == 0)
        {
            return;
        }

        var before = await ReadLastAsync(cancellationToken);
        await _target.WriteAsync(_waiting, Mark, cancellationToken);
        _waiting.Clear();
        _revision += count;
        await using var record = new NpgsqlCommand(Record, _connection)
        {
            Parameters =
            {
                new() { Value = before }, new() { Value = await ReadLastAsync(cancellationToken) }, new() { Value = _revision },
                new() { Value = (long)count },
            },
        };
        if (await record.ExecuteNonQueryAsync(cancellationToken) != count)
        {
            throw new BenchmarkException("The store does not take the deliveries.");
        }
    }

    private async Task<long> ReadLastAsync(CancellationToken cancellationToken)
    {
        await using var read = new NpgsqlCommand("SELECT delivery_seq FROM store", _connection);
        return (long)(await read.ExecuteScalarAsync(cancellationToken))!;
    }
}
