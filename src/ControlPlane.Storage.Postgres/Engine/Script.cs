using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Statements that are sent together and answered together. Without a BEGIN of its own it is one transaction.</summary>
internal sealed class Script(NpgsqlConnection connection) : IAsyncDisposable
{
    private readonly NpgsqlBatch _batch = new(connection);

    public int Count => _batch.BatchCommands.Count;

    /// <summary>Adds a statement with its values for $1, $2, ... Times go as microseconds, enums as numbers.</summary>
    public Script Add(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = Convert(value) });
        }

        _batch.BatchCommands.Add(command);
        return this;
    }

    /// <summary>Lets the statements that follow take as long as they need, and read a table from end to end.</summary>
    public Script Patiently()
    {
        _batch.Timeout = 0;
        return Add("SET LOCAL statement_timeout = 0").Add("SET LOCAL enable_seqscan = on");
    }

    /// <summary>Runs all and returns a reader that stands before the rows of the first statement.</summary>
    public Task<NpgsqlDataReader> ReadAsync(CancellationToken cancellationToken) => _batch.ExecuteReaderAsync(cancellationToken);

    /// <summary>Runs all; returns how many rows were written.</summary>
    public Task<int> RunAsync(CancellationToken cancellationToken) => _batch.ExecuteNonQueryAsync(cancellationToken);

    /// <summary>Runs all and reads the rows of the first statement.</summary>
    public async Task<List<T>> ListAsync<T>(Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var rows = await ReadAsync(cancellationToken).ConfigureAwait(false);
        return await rows.ListAsync(read, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _batch.DisposeAsync();

    private static object Convert(object? value) => value switch
    {
        null => DBNull.Value,
        DateTimeOffset time => time.ToMicroseconds(),
        Enum number => System.Convert.ToInt16(number, System.Globalization.CultureInfo.InvariantCulture),
        _ => value,
    };
}
