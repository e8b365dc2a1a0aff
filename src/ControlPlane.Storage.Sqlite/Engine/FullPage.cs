namespace ControlPlane.Storage.Sqlite;

/// <summary>Pages of lists whose every row matches. The first column is the seq, and the statement asks for one row more.</summary>
internal static class FullPage
{
    public static Page<T> Read<T>(Statement rows, int limit, Func<Statement, T> read)
    {
        var items = new List<T>();
        long last = 0;
        while (rows.Step())
        {
            if (items.Count == limit)
            {
                return new Page<T>(items, last);
            }

            items.Add(read(rows));
            last = rows.Long(0);
        }

        return new Page<T>(items, null);
    }
}
