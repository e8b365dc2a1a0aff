namespace ControlPlane.Storage.Compliance;

/// <summary>The webhooks of a tenant that are read together.</summary>
public abstract class TenantConfigTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private const int Many = 300;

    [Fact]
    public async Task LoadTenant_WhileWebhooksAreAdded_HasThoseOfItsVersion()
    {
        var added = new List<string>();
        for (var i = 0; i < Many; i++)
        {
            added.Add((await AddWebhookAsync()).Id);
        }

        var first = await LoadAsync();
        Assert.Equal(Enumerable.Reverse(added), first.Webhooks.Select(webhook => webhook.Id));

        var adding = Task.Run(() => AddAsync(Many), Cancel);
        do
        {
            var config = await LoadAsync();
            // Each one that is added is a version.
            Assert.Equal(config.ConfigVersion - first.ConfigVersion, config.Webhooks.Count - first.Webhooks.Count);
        }
        while (!adding.IsCompleted);

        await adding;
        Assert.Equal(2 * Many, (await LoadAsync()).Webhooks.Count);
    }

    private async Task<TenantConfig> LoadAsync() => (await Store.Webhooks.LoadTenantAsync(TenantRecord.DefaultId, Cancel))!;

    private async Task AddAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await AddWebhookAsync();
        }
    }
}
