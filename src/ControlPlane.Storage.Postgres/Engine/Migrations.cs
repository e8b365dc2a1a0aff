using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Brings the database to the schema of this version. The files in Migrations/ run once each, in order.</summary>
internal static class Migrations
{
    /// <summary>The advisory lock under which the schema is changed, so that nodes may start together: "WHCP".</summary>
    public const long SchemaLock = 0x57484350;

    public static int Latest { get; } = Resources().Count();

    /// <exception cref="StorageOpenException">The schema is newer than this version, or the database is one of another program.</exception>
    /// <returns>The version before and the names of what was run.</returns>
    public static async Task<SchemaChange> ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        // Another node may be at it, and an index of a large table takes its time.
        await RunAsync(connection, $"SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({SchemaLock})", cancellationToken).ConfigureAwait(false);
        var version = await ReadVersionAsync(connection, cancellationToken).ConfigureAwait(false);
        if (version > Latest)
        {
            throw Newer(version);
        }

        var due = Resources().Skip(version).ToList();
        foreach (var name in due)
        {
            await RunAsync(connection, Read(name), cancellationToken).ConfigureAwait(false);
        }

        if (version < Latest)
        {
            await RunAsync(
                connection,
                $"CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL); DELETE FROM schema_version; INSERT INTO schema_version VALUES ({Latest})",
                cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return new SchemaChange(version, Latest, [.. due.Select(NameOf)]);
    }

    /// <exception cref="StorageOpenException">The schema is another one than this version's.</exception>
    public static async Task CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        switch (await ReadVersionAsync(connection, cancellationToken).ConfigureAwait(false))
        {
            case 0:
                throw new StorageOpenException("There is no store in the database.");
            case > 0 and var older when older < Latest:
                throw new StorageOpenException($"The database has schema {older}, this version knows {Latest}: run \"hookctl admin migrate\" first.");
            case var newer when newer > Latest:
                throw Newer(newer);
        }
    }

    private static StorageOpenException Newer(int version) =>
        new($"The database was written by a newer version: its schema is {version}, this version knows {Latest}.");

    /// <summary>A resource's name without what all have.</summary>
    private static string NameOf(string resource) => resource.Split('.')[^2];

    private static async Task<int> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var known = new NpgsqlCommand("SELECT to_regclass('schema_version') IS NOT NULL, to_regclass('store') IS NOT NULL", connection);
        await using (var row = await known.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            await row.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (!row.GetBoolean(0))
            {
                return row.GetBoolean(1)
                    ? throw new StorageOpenException("The database has a table \"store\" of another program.")
                    : 0;
            }
        }

        await using var version = new NpgsqlCommand("SELECT version FROM schema_version", connection);
        return (int)(await version.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<string> Resources() => typeof(Migrations).Assembly.GetManifestResourceNames()
        .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(Migrations).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

/// <summary>What migrating a database did.</summary>
/// <param name="Before">The version of the schema before; 0 if there was no store.</param>
/// <param name="After">The version now.</param>
/// <param name="Applied">The migrations that were run, in order; none if it was up to date.</param>
public sealed record SchemaChange(int Before, int After, IReadOnlyList<string> Applied)
{
    /// <summary>Returns it as a sentence for the operator.</summary>
    public override string ToString() =>
        Applied.Count == 0 ? $"The database is up to date: schema {After}."
        : $"{(Before == 0 ? "A store was made" : $"The database had schema {Before}")}: {string.Join(", ", Applied)} applied, schema {After} now.";
}
