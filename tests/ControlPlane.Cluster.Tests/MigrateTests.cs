using System.Globalization;
using ControlPlane.Testing.Postgres;

namespace ControlPlane.Cluster.Tests;

/// <summary><c>hookctl admin migrate</c> on databases in every state: what it does, says and ends with.</summary>
public sealed class MigrateTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private string _database = null!;

    private static int Latest => Scripts.Count;

    /// <summary>The migrations, in order.</summary>
    private static IReadOnlyList<string> Scripts
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "ControlPlane.sln")))
            {
                folder = folder.Parent!;
            }

            return [.. Directory.GetFiles(Path.Combine(folder.FullName, "src", "ControlPlane.Storage.Postgres", "Migrations"), "*.sql").Order(StringComparer.Ordinal)];
        }
    }

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync("fsync=off");
        _database = await _server.CreateDatabaseAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Migrate_EmptyDatabase_MakesTheStore_AndOnceMoreChangesNothing()
    {
        var names = string.Join(", ", Scripts.Select(Path.GetFileNameWithoutExtension));
        Assert.Equal(new(0, $"A store was made: {names} applied, schema {Latest} now.\n", ""), await MigrateAsync());
        Assert.Equal(new(0, $"The database is up to date: schema {Latest}.\n", ""), await MigrateAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(-1)]
    public async Task Migrate_OlderSchema_AppliesWhatIsMissing_AndKeepsWhatThereIs(int version)
    {
        version = version < 0 ? Latest + version : version;
        await MakeAsync(version);
        await _server.ExecuteAsync(
            "INSERT INTO tenants (id, name, labels, policy, version, config_version, config_seq, create_time, update_time) VALUES ('kept', '', '', '', 1, 1, 0, 0, 0)",
            _database);

        var names = string.Join(", ", Scripts.Skip(version).Select(Path.GetFileNameWithoutExtension));
        Assert.Equal(new(0, $"The database had schema {version}: {names} applied, schema {Latest} now.\n", ""), await MigrateAsync());
        Assert.Equal(1, await PostgresServer.ReadNumberAsync("SELECT count(*) FROM tenants WHERE id = 'kept'", _database));
        Assert.StartsWith("The database is up to date", (await MigrateAsync()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_NewerSchema_IsRefusedAndLeftAsItIs()
    {
        await MigrateAsync();
        await _server.ExecuteAsync("UPDATE schema_version SET version = 99", _database);

        IsRefused($"The database was written by a newer version: its schema is 99, this version knows {Latest}.", await MigrateAsync());
        Assert.Equal(99, await PostgresServer.ReadNumberAsync("SELECT version FROM schema_version", _database));
    }

    [Fact]
    public async Task Migrate_DatabaseOfAnotherProgram_IsRefusedAndLeftAsItIs()
    {
        await _server.ExecuteAsync("CREATE TABLE store (shelf integer)", _database);

        IsRefused("The database has a table \"store\" of another program.", await MigrateAsync());
        Assert.Equal(1, await PostgresServer.ReadNumberAsync("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'", _database));
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Timeout=2;Database=x;Username=x;Password=secret", "The database cannot be opened")]
    [InlineData("Nonsense=1;Password=secret", "The connection string cannot be read")]
    [InlineData("", "ControlPlane:Storage:ConnectionString")]
    public async Task Migrate_NoDatabase_SaysSoInOneLine(string connectionString, string told)
    {
        var ended = await Hookctl.RunAsync(Settings(connectionString), "migrate");

        IsRefused(told, ended);
        Assert.DoesNotContain("secret", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_EngineInAFile_SaysThatNothingIsToBeDone()
    {
        var settings = new Dictionary<string, string> { ["Storage:Provider"] = "sqlite" };

        IsRefused("ControlPlane:Storage:Provider: is \"sqlite\", whose stores every start brings up to date", await Hookctl.RunAsync(settings, "migrate"));
    }

    [Fact]
    public async Task Migrate_SeveralAtOnce_OneDoesIt()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => MigrateAsync()));

        Assert.All(all, ended => Assert.Equal((0, ""), (ended.Code, ended.Error)));
        Assert.Single(all, ended => ended.Output.StartsWith("A store was made", StringComparison.Ordinal));
        Assert.Equal(2, all.Count(ended => ended.Output.StartsWith("The database is up to date", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Migrate_KilledInTheMiddle_LeavesTheOldSchema()
    {
        await MakeAsync(1);
        await using (var hold = await TableLock.TakeAsync(_database, "tenants"))
        {
            using var worker = Hookctl.StartWorker(Settings(_database), "migrate");
            await hold.UntilWaitedForAsync();
            worker.Kill();
            await worker.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var ended = await MigrateAsync();

        Assert.StartsWith("The database had schema 1: ", ended.Output, StringComparison.Ordinal);
        Assert.Equal(0, ended.Code);
    }

    private static Dictionary<string, string> Settings(string connectionString) => new()
    {
        ["Storage:Provider"] = "postgres",
        ["Storage:ConnectionString"] = connectionString,
    };

    private static void IsRefused(string told, Ended ended)
    {
        Assert.Equal((1, ""), (ended.Code, ended.Output));
        Assert.Contains(told, ended.Error, StringComparison.Ordinal);
        Assert.Single(ended.Error.TrimEnd('\n').Split('\n'));
    }

    private Task<Ended> MigrateAsync() => Hookctl.RunAsync(Settings(_database), "migrate");

    /// <summary>Makes the store as an older version did.</summary>
    private async Task MakeAsync(int version)
    {
        foreach (var script in Scripts.Take(version))
        {
            await _server.ExecuteAsync(await File.ReadAllTextAsync(script, TestContext.Current.CancellationToken), _database);
        }

        await _server.ExecuteAsync(
            $"CREATE TABLE schema_version (version integer NOT NULL); INSERT INTO schema_version VALUES ({version.ToString(CultureInfo.InvariantCulture)})",
            _database);
    }
}
