using System.Globalization;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Lists that look at a bounded number of rows: a page can be shorter than asked for, and even empty, before the last one.</summary>
internal static class BoundedList
{
    /// <summary>Rows that one page looks at.</summary>
    private const int LookAtMost = 5_000;

    /// <param name="database">Where to read.</param>
    /// <param name="looked">The rows to look at, newest first, as a statement without its limit.</param>
    /// <param name="select">What to read of them, in which <c>{0}</c> stands for the rows.</param>
    /// <param name="conditions">Which of them are meant.</param>
    /// <param name="order">The column that holds a row's number, as the selection calls it.</param>
    /// <param name="values">The values of both.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="read">Reads a row and its number.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task<Page<T>> ReadAsync<T>(
        Database database, string looked, string select, Conditions conditions, string order, List<object?> values, int limit,
        Func<NpgsqlDataReader, (long Seq, T Item)> read, CancellationToken cancellationToken)
    {
        var bounded = string.Create(CultureInfo.InvariantCulture, $"({looked} LIMIT {LookAtMost})");
        var sql = string.Create(
            CultureInfo.InvariantCulture,
            $"{select.Replace("{0}", bounded, StringComparison.Ordinal)} WHERE TRUE{conditions} ORDER BY {order} DESC LIMIT {limit + 1}");
        return database.ReadAsync(
            async connection =>
            {
                await using var script = new Script(connection).Add(sql, [.. values]);
                var found = await script.ListAsync(read, cancellationToken).ConfigureAwait(false);
                Page<T> page = new([.. found.Take(limit).Select(row => row.Item)], found.Count > limit ? found[limit - 1].Seq : null)
                {
                    Positions = [.. found.Take(limit).Select(row => row.Seq)],
                };
                return found.Count > limit ? page : page with { Next = await FindNextAsync(connection, looked, values, cancellationToken).ConfigureAwait(false) };
            },
            cancellationToken);
    }

    /// <summary>Where to go on after a page that is not full: null if all rows were looked at.</summary>
    private static async Task<long?> FindNextAsync(NpgsqlConnection connection, string looked, List<object?> values, CancellationToken cancellationToken)
    {
        var sql = string.Create(CultureInfo.InvariantCulture, $"SELECT x.seq FROM ({looked}) x OFFSET {LookAtMost - 1} LIMIT 1");
        await using var script = new Script(connection).Add(sql, [.. values.Take(HighestUsed(looked))]);
        return (await script.ListAsync(row => (long?)row.GetInt64(0), cancellationToken).ConfigureAwait(false)).FirstOrDefault();
    }

    private static int HighestUsed(string sql)
    {
        var highest = 0;
        while (sql.Contains("$" + (highest + 1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))
        {
            highest++;
        }

        return highest;
    }
}
