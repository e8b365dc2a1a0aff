using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Server.Tests.Webhooks.Settings;

/// <summary>Etags, and changes of the same webhook at the same time.</summary>
public sealed class ConcurrencyTests : WebhookTest
{
    [Theory]
    [InlineData("update"), InlineData("update, validate only"), InlineData("rotate"), InlineData("delete")]
    public async Task Change_StaleEtag_Aborted(string change)
    {
        var made = await CreateAsync();
        await UpdateAsync(new() { Id = made.Id, Name = "somebody else" });
        foreach (var etag in (string[])[made.Etag, "nonsense", " 2", "02"])
        {
            var error = await RpcErrors.OfAsync(() => ChangeAsync(change, made.Id, etag));
            Assert.Equal((StatusCode.Aborted, "ETAG_MISMATCH"), (error.Code, error.Info.Reason));
        }

        Assert.Equal("somebody else", (await GetAsync(made.Id)).Name);
    }

    [Theory]
    [InlineData("update"), InlineData("rotate"), InlineData("delete")]
    public async Task Change_CurrentEtag_Done(string change)
    {
        var made = await CreateAsync();
        var current = await UpdateAsync(new() { Id = made.Id, Name = "somebody else" });
        await ChangeAsync(change, made.Id, current.Etag);
        var after = await RpcErrorOrEtagAsync(made.Id);
        Assert.NotEqual(current.Etag, after);
    }

    [Fact]
    public async Task Update_RaceWithoutEtag_KeepsBothChanges()
    {
        var made = await CreateAsync();
        var rounds = 3;
        Store.BeforeUpdate = async store =>
        {
            if (rounds-- > 0)
            {
                var stored = (await store.GetAsync(made.Id, Cancelled))!;
                await store.UpdateAsync(stored with { Version = stored.Version + 1, Description = $"{rounds}" }, Cancelled);
            }
        };
        var changed = await UpdateAsync(new() { Id = made.Id, Name = "mine" });
        Assert.Equal(("mine", "0", "5"), (changed.Name, changed.Description, changed.Etag));
        Assert.Equal("0", (await InCatalogAsync(made))!.Description);
    }

    [Fact]
    public async Task Update_RaceWithEtag_Aborted()
    {
        var made = await CreateAsync();
        Store.BeforeUpdate = async store =>
        {
            var stored = (await store.GetAsync(made.Id, Cancelled))!;
            await store.UpdateAsync(stored with { Version = stored.Version + 1 }, Cancelled);
        };
        var error = await RpcErrors.OfAsync(() => UpdateAsync(new() { Id = made.Id, Name = "mine", Etag = made.Etag }));
        Assert.Equal((StatusCode.Aborted, "ETAG_MISMATCH"), (error.Code, error.Info.Reason));
    }

    [Fact]
    public async Task Update_EndlessRace_AbortedInTheEnd()
    {
        var made = await CreateAsync();
        Store.BeforeUpdate = async store =>
        {
            var stored = (await store.GetAsync(made.Id, Cancelled))!;
            await store.UpdateAsync(stored with { Version = stored.Version + 1 }, Cancelled);
        };
        var error = await RpcErrors.OfAsync(() => UpdateAsync(new() { Id = made.Id, Name = "mine" }));
        Assert.Equal((StatusCode.Aborted, "WRITE_CONFLICT"), (error.Code, error.Info.Reason));
    }

    [Fact]
    public async Task Update_DeletedMeanwhile_NotFound()
    {
        var made = await CreateAsync();
        Store.BeforeUpdate = store => store.DeleteAsync(made.Id, null, Clock.GetUtcNow(), Cancelled);
        var error = await RpcErrors.OfAsync(() => UpdateAsync(new() { Id = made.Id, Name = "mine" }));
        Assert.Equal(StatusCode.NotFound, error.Code);
    }

    [Fact]
    public async Task Update_ManyAtOnce_AllAreKept()
    {
        var made = await CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(round => Task.Run(
            () => UpdateAsync(
                round switch
                {
                    0 => new() { Id = made.Id, Name = "n" },
                    1 => new() { Id = made.Id, Description = "d" },
                    _ => new Webhook { Id = made.Id, MaxInFlight = 7 },
                }),
            Cancelled)));
        var after = await GetAsync(made.Id);
        Assert.Equal(("n", "d", 7, "4"), (after.Name, after.Description, after.MaxInFlight, after.Etag));
    }

    private async Task ChangeAsync(string change, string id, string etag)
    {
        switch (change)
        {
            case "rotate":
                await Webhooks.RotateSecretAsync(new() { WebhookId = id, Etag = etag }, cancellationToken: Cancelled);
                break;
            case "delete":
                await Webhooks.DeleteWebhookAsync(new() { WebhookId = id, Etag = etag }, cancellationToken: Cancelled);
                break;
            default:
                var webhook = new Webhook { Id = id, Etag = etag, Name = "mine" };
                var only = change != "update";
                await Webhooks.UpdateWebhookAsync(new() { Webhook = webhook, ValidateOnly = only }, cancellationToken: Cancelled);
                break;
        }
    }

    private async Task<string> RpcErrorOrEtagAsync(string id)
    {
        try
        {
            return (await GetAsync(id)).Etag;
        }
        catch (RpcException missing)
        {
            return RpcErrors.Of(missing).Info.Reason;
        }
    }
}
