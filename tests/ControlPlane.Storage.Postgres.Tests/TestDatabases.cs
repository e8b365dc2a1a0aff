using ControlPlane.Storage.Postgres.Tests;
using ControlPlane.Testing.Postgres;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestDatabases))]

namespace ControlPlane.Storage.Postgres.Tests;

/// <summary>The server of this run, and a database with the schema in it that those of the tests are copies of.</summary>
public sealed class TestDatabases : IAsyncLifetime
{
    private static PostgresServer? _server;
    private static string? _template;

    public static PostgresServer Server => _server!;

    /// <summary>Makes a database with an empty store in it.</summary>
    public static Task<string> CreateAsync() => Server.CreateDatabaseAsync(_template);

    public async ValueTask InitializeAsync()
    {
        // A test's store need not outlast a power failure.
        _server = await PostgresServer.StartAsync("fsync=off", "full_page_writes=off");
        var template = await _server.CreateDatabaseAsync();
        await using (await PostgresStorage.OpenAsync(new() { ConnectionString = template, TimeProvider = new Microsoft.Extensions.Time.Testing.FakeTimeProvider() }))
        {
        }

        _template = new NpgsqlConnectionStringBuilder(template).Database;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
