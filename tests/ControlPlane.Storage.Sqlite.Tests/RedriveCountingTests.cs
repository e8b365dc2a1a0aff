using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>Where counting stops, and what changes while it goes on.</summary>
public sealed class RedriveCountingTests : StorageTests<SqliteSource>
{
    private static readonly DeliveryFilter Dead = new() { States = [DeliveryState.Dead] };

    [Fact]
    public async Task Count_MoreThanItTakes_EndsAfterTheOldest()
    {
        var dead = await BuryAsync(5);

        var scope = Count(most: 3);
        var batch = await RedriveAsync(scope);

        Assert.Equal(3, scope.Count);
        Assert.Equal(dead.Take(3).Select(d => d.Id), batch.Retried.Select(d => d.Id));
        Assert.Equal((RedriveState.Done, 3, 0), (batch.Redrive.State, batch.Redrive.Retried, batch.Redrive.Skipped));
    }

    [Fact]
    public async Task Count_ChangedMeanwhile_IsLeftOut()
    {
        var dead = await BuryAsync(3);
        using var connection = Connection.Open(Source.File, readOnly: true);
        var counting = RedriveCounting.TryStart(connection, Dead)!;
        await Store.Deliveries.RetryAsync(dead[1].Id, Cancel);
        await BuryAsync(1);

        Assert.Equal(2, counting.GoOn(connection));
        Assert.True(counting.Finished);
        var batch = await RedriveAsync(counting.Scope);

        Assert.Equal([dead[0].Id, dead[2].Id], batch.Retried.Select(d => d.Id));
        Assert.Equal((RedriveState.Done, 2, 0), (batch.Redrive.State, batch.Redrive.Retried, batch.Redrive.Skipped));
    }

    private async Task<List<DeliveryRecord>> BuryAsync(int count)
    {
        var webhook = await AddWebhookAsync();
        var dead = new List<DeliveryRecord>();
        for (var i = 0; i < count; i++)
        {
            dead.Add((await KillAsync(await PublishAsync(webhook, leased: true)))!);
        }

        return dead;
    }

    private RedriveScope Count(int most)
    {
        using var connection = Connection.Open(Source.File, readOnly: true);
        var counting = RedriveCounting.TryStart(connection, Dead, most)!;
        while (!counting.Finished)
        {
            counting.GoOn(connection);
        }

        return counting.Scope;
    }

    private async Task<RedriveBatch> RedriveAsync(RedriveScope scope)
    {
        var redrive = new RedriveRecord { Id = NewId("rdv_"), Filter = Dead, MaxRatePerSecond = 1, CreateTime = Now };
        await Store.Redrives.CreateAsync(redrive, scope, Cancel);
        return (await Store.Redrives.RedriveBatchAsync(redrive.Id, 100, Cancel))!;
    }
}
