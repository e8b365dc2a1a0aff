namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>A store of an earlier schema keeps what it holds.</summary>
public sealed class MigrationTests : SqliteTests
{
    [Fact]
    public async Task Open_FirstSchema_GainsWhatCameSince()
    {
        File.Create(StorePath).Dispose();
        using (var connection = Connection.Open(StorePath, readOnly: false))
        {
            using var script = new StreamReader(typeof(Migrations).Assembly.GetManifestResourceStream("001_initial.sql")!);
            connection.Execute(await script.ReadToEndAsync(Cancel));
            connection.Execute(
                """
                INSERT INTO tenants VALUES (1, 'default', '', '{}', 1, 1, 0, 0, NULL);
                INSERT INTO tenants VALUES (2, 'acme', 'Acme', '{"plan":"gold"}', 4, 9, 0, 0, NULL);
                PRAGMA application_id = 1464353616;
                PRAGMA user_version = 1;
                """);
        }

        await using var store = SqliteStorage.CreateEngine(Open());

        var tenant = (await store.Access.GetTenantAsync("acme", Cancel))!;
        Assert.Equal(("Acme", "gold", 4), (tenant.Name, tenant.Labels["plan"], tenant.Version));
        Assert.Equivalent(new TenantPolicy(), tenant.Policy, strict: true);
        var config = (await store.Webhooks.LoadTenantAsync("acme", Cancel))!;
        Assert.Equal(9, config.ConfigVersion);
        Assert.Empty(config.EventTypes);
        var written = await store.EventTypes.CreateAsync(new EventTypeRecord { TenantId = "acme", Name = "a" }, 10, Cancel);
        Assert.Equal(EventTypeWriteOutcome.Done, written.Outcome);
    }
}
