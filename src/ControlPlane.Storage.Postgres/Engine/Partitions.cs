using System.Globalization;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>The days for which there are partitions.</summary>
internal sealed class Partitions(NpgsqlDataSource source) : IDisposable
{
    /// <summary>How many days ahead partitions are made, so that no write ever waits for one.</summary>
    public const int Ahead = 3;

    /// <summary>The partitioned tables and what they are partitioned by.</summary>
    public static readonly IReadOnlyList<string> Tables = ["events", "payloads", "deliveries", "attempts"];

    private readonly SemaphoreSlim _one = new(1);
    private long _from = long.MaxValue;
    private long _until;

    /// <summary>The first day that has partitions, as last seen.</summary>
    public long From => Volatile.Read(ref _from);

    /// <summary>The first day that has none, as last seen.</summary>
    public long Until => Volatile.Read(ref _until);

    /// <summary>Whether a day can be written to.</summary>
    public bool Has(long day) => day < Volatile.Read(ref _until) && day >= Volatile.Read(ref _from);

    /// <summary>Makes partitions for a day and those after it, unless they are there.</summary>
    public async Task EnsureAsync(long day, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!Has(day))
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await EnsureAsync(connection, day, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Makes partitions for a day before those that there are, within the transaction of the connection.</summary>
    public static async Task EnsureEarlierAsync(NpgsqlConnection connection, long day, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand($"SELECT to_regclass('{NameOf("events", day)}') IS NOT NULL", connection);
        if (await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is false)
        {
            await using var make = new NpgsqlCommand(
                MakeSql(day, day, day + 1) + string.Create(CultureInfo.InvariantCulture, $"UPDATE store SET partitions_from = least(partitions_from, {day})"), connection);
            await make.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>The name of a day's partition.</summary>
    public static string NameOf(string table, long day) => string.Create(CultureInfo.InvariantCulture, $"{table}_d{day}");

    private async Task EnsureAsync(NpgsqlConnection connection, long day, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var read = new NpgsqlCommand(
            $"SELECT pg_advisory_xact_lock({Migrations.SchemaLock}); SELECT partitions_from, partitions_until, greatest(event_seq, delivery_seq) FROM store", connection);
        long from, until;
        await using (var row = await read.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
            await row.ReadAsync(cancellationToken).ConfigureAwait(false);
            (from, until) = (row.GetInt64(0), row.GetInt64(1));
            day = Math.Max(day, Days.OfSeq(row.GetInt64(2)));
        }

        // After a long pause the days without any are left out, unless there were none before.
        var next = Math.Max(day, until);
        if (day + Ahead >= until)
        {
            await using var make = new NpgsqlCommand(MakeSql(Math.Min(next, day), until, day + Ahead + 1), connection);
            await make.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            until = day + Ahead + 1;
            from = from == 0 ? day : from;
            await using var note = new NpgsqlCommand("UPDATE store SET partitions_from = $1, partitions_until = $2", connection)
            {
                Parameters = { new() { Value = from }, new() { Value = until } },
            };
            await note.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _from, from);
        Volatile.Write(ref _until, until);
    }

    private static string MakeSql(long first, long made, long end)
    {
        var sql = new System.Text.StringBuilder();
        for (var day = Math.Max(first, made); day < end; day++)
        {
            foreach (var table in Tables)
            {
                // Made first and then attached: attaching lets others read and write meanwhile.
                sql.Append(CultureInfo.InvariantCulture, $"CREATE TABLE {NameOf(table, day)} (LIKE {table} INCLUDING ALL);")
                    .Append(CultureInfo.InvariantCulture, $"ALTER TABLE {table} ATTACH PARTITION {NameOf(table, day)} FOR VALUES FROM ({Days.FirstSeq(day) + 1}) TO ({Days.FirstSeq(day + 1) + 1});");
            }
        }

        return sql.ToString();
    }
}
