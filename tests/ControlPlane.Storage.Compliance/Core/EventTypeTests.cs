namespace ControlPlane.Storage.Compliance;

/// <summary>The event types of tenants' own catalogues.</summary>
public abstract class EventTypeTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private const int Many = 1_000;

    private EventTypeRecord NewType(string name, string tenant = TenantRecord.DefaultId) =>
        new() { TenantId = tenant, Name = name, Description = "d \u20ac", CreateTime = Now, UpdateTime = Now };

    private Task<EventTypeWrite> CreateAsync(EventTypeRecord type, int maximum = Many) => Store.EventTypes.CreateAsync(type, maximum, Cancel);

    private Task<EventTypeRecord?> GetAsync(string name, string tenant = TenantRecord.DefaultId) =>
        Store.EventTypes.GetAsync(tenant, name, Cancel);

    [Fact]
    public async Task Create_Type_ReadsBackEqualOnceAndBumpsTheConfiguration()
    {
        var before = await ReadConfigVersionAsync();
        var type = NewType("order.paid") with { Deprecated = true };

        Assert.Equivalent(new EventTypeWrite(EventTypeWriteOutcome.Done, type), await CreateAsync(type), strict: true);
        Assert.Equal(before + 1, await ReadConfigVersionAsync());
        Assert.Equal(EventTypeWriteOutcome.Exists, (await CreateAsync(type with { Description = "again" })).Outcome);
        Assert.Equal(EventTypeWriteOutcome.TenantNotFound, (await CreateAsync(NewType("a", "nobody"))).Outcome);
        Assert.Equal(before + 1, await ReadConfigVersionAsync());

        await ReopenAsync();
        Assert.Equivalent(type, await GetAsync("order.paid"), strict: true);
        Assert.Null(await GetAsync("order"));
        Assert.Null(await GetAsync("order.paid", "nobody"));
        Assert.Equal(["order.paid"], (await Store.Webhooks.LoadTenantAsync(TenantRecord.DefaultId, Cancel))!.EventTypes);
    }

    [Fact]
    public async Task Schema_WrittenAndChanged_ReadsBackEqualAndBumpsTheConfiguration()
    {
        var type = NewType("order.paid") with { Schema = "{\"type\":\"object\"}", SchemaVersion = 1, Examples = ["{}", "{\"a\":\"\u20ac\"}"] };
        Assert.Equal(EventTypeWriteOutcome.Done, (await CreateAsync(type)).Outcome);
        await ReopenAsync();
        Assert.Equivalent(type, await GetAsync("order.paid"), strict: true);
        var before = await ReadConfigVersionAsync();

        var described = type with { Version = 2, Description = "other", Examples = [] };
        Assert.Equivalent(new EventTypeWrite(EventTypeWriteOutcome.Done, described), await UpdateAsync(described), strict: true);
        Assert.Equal(before, await ReadConfigVersionAsync());

        var changed = described with { Version = 3, Schema = "true", SchemaVersion = 2 };
        Assert.Equivalent(new EventTypeWrite(EventTypeWriteOutcome.Done, changed), await UpdateAsync(changed), strict: true);
        Assert.Equal(before + 1, await ReadConfigVersionAsync());
        Assert.Equivalent(changed, await GetAsync("order.paid"), strict: true);
    }

    [Fact]
    public async Task Create_ManyAtOnce_StaysWithinTheMaximum()
    {
        await AddTenantAsync("ten_1");
        await CreateAsync(NewType("other", "ten_1"));

        var writes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => CreateAsync(NewType($"t{i}"), maximum: 7)));

        Assert.Equal(7, writes.Count(write => write.Outcome == EventTypeWriteOutcome.Done));
        Assert.Equal(13, writes.Count(write => write.Outcome == EventTypeWriteOutcome.LimitReached));
        Assert.Equal(7, (await Store.EventTypes.ListAsync(TenantRecord.DefaultId, null, 100, Cancel)).Items.Count);
    }

    [Fact]
    public async Task Update_Type_OnlyFromTheVersionBeforeAndWithoutABump()
    {
        await CreateAsync(NewType("a"));
        var config = await ReadConfigVersionAsync();
        var created = Now;
        Clock.Advance(TimeSpan.FromSeconds(1));
        var changed = NewType("a") with { Description = "new", Deprecated = true, Version = 2 };

        Assert.Equal(EventTypeWriteOutcome.VersionMismatch, (await UpdateAsync(changed with { Version = 3 })).Outcome);
        Assert.Equivalent(changed with { CreateTime = created }, (await UpdateAsync(changed)).EventType, strict: true);
        Assert.Equal(EventTypeWriteOutcome.VersionMismatch, (await UpdateAsync(changed)).Outcome);
        Assert.Equal(EventTypeWriteOutcome.NotFound, (await UpdateAsync(changed with { Name = "b" })).Outcome);
        Assert.Equal(EventTypeWriteOutcome.TenantNotFound, (await UpdateAsync(changed with { TenantId = "nobody" })).Outcome);

        Assert.Equivalent(changed with { CreateTime = created }, await GetAsync("a"), strict: true);
        Assert.Equal(config, await ReadConfigVersionAsync());
    }

    [Fact]
    public async Task Delete_Type_FreesItsNameAndBumpsTheConfiguration()
    {
        await CreateAsync(NewType("a"));
        var config = await ReadConfigVersionAsync();

        Assert.Equal(EventTypeWriteOutcome.VersionMismatch, (await DeleteAsync("a", 2)).Outcome);
        Assert.NotNull(await GetAsync("a"));
        var deleted = await DeleteAsync("a", 1);
        Assert.Equal((EventTypeWriteOutcome.Done, "a"), (deleted.Outcome, deleted.EventType!.Name));
        Assert.Equal(EventTypeWriteOutcome.NotFound, (await DeleteAsync("a", null)).Outcome);
        Assert.Equal(
            EventTypeWriteOutcome.TenantNotFound, (await Store.EventTypes.DeleteAsync("nobody", "a", null, Cancel)).Outcome);
        Assert.Equal(config + 1, await ReadConfigVersionAsync());
        Assert.Equal(EventTypeWriteOutcome.Done, (await CreateAsync(NewType("a"))).Outcome);
    }

    [Fact]
    public async Task Types_Listed_NewestFirstByTenantOrAll()
    {
        await AddTenantAsync("ten_1");
        foreach (var (name, tenant) in new[] { ("a", "default"), ("b", "ten_1"), ("c", "default"), ("a", "ten_1"), ("d", "default") })
        {
            await CreateAsync(NewType(name, tenant));
        }

        var all = await ReadAllAsync(position => Store.EventTypes.ListAsync(null, position, 2, Cancel));
        var own = await ReadAllAsync(position => Store.EventTypes.ListAsync("default", position, 2, Cancel));

        Assert.Equal(["default d", "ten_1 a", "default c", "ten_1 b", "default a"], all.Select(type => $"{type.TenantId} {type.Name}"));
        Assert.Equal(["d", "c", "a"], own.Select(type => type.Name));
        Assert.Empty((await Store.EventTypes.ListAsync("nobody", null, 10, Cancel)).Items);
    }

    [Fact]
    public async Task List_LastRowDeleted_ItsPositionIsNotGivenAgain()
    {
        await CreateAsync(NewType("a"));
        await CreateAsync(NewType("b"));
        var next = (await Store.EventTypes.ListAsync(null, null, 1, Cancel)).Next;
        await DeleteAsync("b", null);
        await CreateAsync(NewType("c"));

        Assert.Equal(["a"], (await Store.EventTypes.ListAsync(null, next, 10, Cancel)).Items.Select(type => type.Name));
    }

    [Fact]
    public async Task Tenant_Deleted_TakesItsTypesAlong()
    {
        await AddTenantAsync("ten_1");
        await CreateAsync(NewType("a", "ten_1"));
        await CreateAsync(NewType("kept"));

        Assert.Equal(TenantDelete.Done, await Store.Access.DeleteTenantAsync("ten_1", null, force: false, Now, Cancel));

        Assert.Null(await GetAsync("a", "ten_1"));
        Assert.Equal(["kept"], (await Store.EventTypes.ListAsync(null, null, 10, Cancel)).Items.Select(type => type.Name));
    }

    private Task<EventTypeWrite> UpdateAsync(EventTypeRecord type) => Store.EventTypes.UpdateAsync(type, Cancel);

    private Task<EventTypeWrite> DeleteAsync(string name, long? version) =>
        Store.EventTypes.DeleteAsync(TenantRecord.DefaultId, name, version, Cancel);
}
