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
                INSERT INTO webhooks VALUES (1, 'wh_1', 2, NULL, NULL, 1, NULL, NULL,
                  '{"id":"wh_1","tenant_id":"acme","url":"https://a/","event_types":["*"],"dialect":"svix","secrets":[]}');
                INSERT INTO names VALUES (2, 1, 'order.paid');
                INSERT INTO events VALUES (1, 'evt_1', 2, 2, 1, 1, 3, 0, NULL, NULL, NULL, NULL);
                INSERT INTO deliveries VALUES (1, 'dlv_1', 2, 1, 1, 2, 1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 7, 0, 0, 0, NULL, NULL);
                INSERT INTO deliveries VALUES (2, 'dlv_2', 2, 1, 1, 2, 1, 0, 0, 2, 5, 2, 1, 1, 1, 0, NULL, 500, 6, 1, NULL, NULL);
                INSERT INTO deliveries VALUES (3, 'dlv_3', 2, 1, 1, 2, 1, 0, 0, 3, 2, 0, 1, 0, 0, 0, NULL, 0, 0, 1, 1, 9);
                UPDATE meta SET revision = 3, event_seq = 1, delivery_seq = 3, webhook_seq = 1;
                PRAGMA application_id = 1464353616;
                PRAGMA user_version = 1;
                """);
        }

        await using var store = SqliteStorage.CreateEngine(Open());

        var tenant = (await store.Access.GetTenantAsync("acme", Cancel))!;
        Assert.Equal(("Acme", "gold", 4), (tenant.Name, tenant.Labels["plan"], tenant.Version));
        Assert.Equivalent(new TenantPolicy(), tenant.Policy, strict: true);
        Assert.Equal("", tenant.ExternalId);
        var config = (await store.Webhooks.LoadTenantAsync("acme", Cancel))!;
        Assert.Equal(9, config.ConfigVersion);
        Assert.Empty(config.EventTypes);
        Assert.Equal(HeadOfLine.Block, Assert.Single(config.Webhooks).HeadOfLine);
        Assert.Equal(1, config.Webhooks[0].Number);
        var second = await store.Webhooks.CreateAsync(config.Webhooks[0] with { Id = "wh_2", RequestId = "", ExternalId = "" }, Cancel);
        Assert.Equal(2, second.Webhook!.Number);
        var source = Assert.Single(await store.Events.FindAsync("evt_1", "acme", Cancel));
        Assert.Equal(("", null), (source.OrderingKey, source.Trace));
        var claim = await store.Queue.ClaimDueAsync(
            new ClaimRequest("wh_1", 10, "node", TimeSpan.FromSeconds(1)), Cancel);
        Assert.Equal(("dlv_1", ""), (Assert.Single(claim.Deliveries).Id, claim.Deliveries[0].OrderingKey));
        var dead = await store.Deliveries.ListAsync(new DeliveryQuery { TenantId = "acme", States = [DeliveryState.Dead] }, Cancel);
        Assert.Equal("dlv_2", Assert.Single(dead.Items).Id);
        var ofWebhook = await store.Deliveries.ListAsync(new DeliveryQuery { WebhookId = "wh_1" }, Cancel);
        Assert.Equal(["dlv_3", "dlv_2", "dlv_1"], ofWebhook.Items.Select(delivery => delivery.Id));
        Assert.Equal(["dlv_2", "dlv_3", "dlv_1"], (await store.Changes.ReadAfterAsync(1, 10, Cancel)).Select(change => change.Id));
        var written = await store.EventTypes.CreateAsync(new EventTypeRecord { TenantId = "acme", Name = "a" }, 10, Cancel);
        Assert.Equal(EventTypeWriteOutcome.Done, written.Outcome);
    }
}
