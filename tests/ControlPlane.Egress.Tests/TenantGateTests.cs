namespace ControlPlane.Egress.Tests;

public sealed class TenantGateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enter_WithRoom_DoesNotWait()
    {
        var gate = new TenantGate(atOnce: 2, atOncePerTenant: 2);
        (await gate.EnterAsync("a", Cancel)).Dispose();
        using var first = await gate.EnterAsync("a", Cancel);
        var second = gate.EnterAsync("b", Cancel).AsTask();
        Assert.True(second.IsCompleted);
        Assert.False(gate.EnterAsync("c", Cancel).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Enter_OneTenantWithMany_TheOtherIsNext()
    {
        var gate = new TenantGate(atOnce: 1, atOncePerTenant: 1);
        var inside = await gate.EnterAsync("greedy", Cancel);
        var greedy = Enumerable.Range(0, 100).Select(_ => gate.EnterAsync("greedy", Cancel).AsTask()).ToArray();
        var modest = gate.EnterAsync("modest", Cancel).AsTask();

        inside.Dispose();
        using (await modest)
        {
            Assert.DoesNotContain(greedy, waiting => waiting.IsCompleted);
            modest = gate.EnterAsync("modest", Cancel).AsTask();
        }

        using (await greedy[0])
        {
            Assert.False(modest.IsCompleted);
            Assert.False(greedy[1].IsCompleted);
        }

        (await modest).Dispose();
    }

    [Fact]
    public async Task Enter_TenantHasAllItMay_LeavesRoomForOthers()
    {
        var gate = new TenantGate(atOnce: 3, atOncePerTenant: 2);
        var one = await gate.EnterAsync("greedy", Cancel);
        using var two = await gate.EnterAsync("greedy", Cancel);
        var three = gate.EnterAsync("greedy", Cancel).AsTask();
        Assert.False(three.IsCompleted);
        (await gate.EnterAsync("modest", Cancel)).Dispose();
        Assert.False(three.IsCompleted);

        one.Dispose();
        (await three).Dispose();
    }

    [Fact]
    public async Task Enter_Cancelled_TakesNoTurn()
    {
        var gate = new TenantGate(atOnce: 1, atOncePerTenant: 1);
        var inside = await gate.EnterAsync("a", Cancel);
        using var source = new CancellationTokenSource();
        var cancelled = gate.EnterAsync("b", source.Token).AsTask();
        var next = gate.EnterAsync("b", Cancel).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        inside.Dispose();
        (await next).Dispose();
        (await gate.EnterAsync("c", Cancel)).Dispose();
    }

    [Fact]
    public async Task Enter_ManyAtOnce_NeverMoreInsideThanMayBe()
    {
        var gate = new TenantGate(atOnce: 4, atOncePerTenant: 2);
        var inside = new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 0, ["b"] = 0, ["c"] = 0 };
        await Task.WhenAll(Enumerable.Range(0, 600).Select(i => Task.Run(async () =>
        {
            var tenant = "abc"[i % 3].ToString();
            using var source = new CancellationTokenSource();
            try
            {
                var entering = gate.EnterAsync(tenant, source.Token).AsTask();
                if (i % 5 == 0)
                {
                    await source.CancelAsync();
                }

                using var pass = await entering;
                lock (inside)
                {
                    Assert.InRange(++inside[tenant], 1, 2);
                    Assert.InRange(inside.Values.Sum(), 1, 4);
                }

                await Task.Yield();
                lock (inside)
                {
                    inside[tenant]--;
                }
            }
            catch (OperationCanceledException)
            {
            }
        }, Cancel)));

        Assert.All(inside.Values, left => Assert.Equal(0, left));
        using var after = await gate.EnterAsync("a", Cancel);
    }
}
