using ControlPlane.Server.Api.Hardening;
using ControlPlane.Testing;

namespace ControlPlane.Server.Tests.Api.Hardening;

public sealed class UnreadBytesTests
{
    private const int Megabyte = 1 << 20;

    private readonly TestClock _clock = new();
    private readonly UnreadBytes _bytes;

    public UnreadBytesTests() => _bytes = new(_clock);

    [Fact]
    public async Task Charge_BeyondItsConnection_WaitsAndIsRefused()
    {
        for (var i = 0; i < UnreadBytes.PerConnection / Megabyte; i++)
        {
            Assert.NotNull(await ChargeAsync("a", "ten_1"));
        }

        var waiting = ChargeAsync("a", "ten_1");
        Assert.False(waiting.IsCompleted);
        Assert.NotNull(await ChargeAsync("b", "ten_1"));
        _clock.Advance(UnreadBytes.Patience);
        Assert.Null(await waiting);
    }

    [Fact]
    public async Task Shrink_MakesRoomForWhoWaits()
    {
        var held = new List<HeldBytes.Charge?>();
        for (var i = 0; i < UnreadBytes.PerConnection / Megabyte; i++)
        {
            held.Add(await ChargeAsync("a", "ten_1"));
        }

        var waiting = ChargeAsync("a", "ten_1");
        held[0]!.Shrink(Megabyte / 2);
        Assert.False(waiting.IsCompleted);
        held[1]!.Shrink(Megabyte / 2);
        using var came = await waiting;
        Assert.NotNull(came);
        foreach (var charge in held)
        {
            charge!.Dispose();
            charge.Dispose();
        }

        Assert.Equal(Megabyte, _bytes.Total);
    }

    [Fact]
    public async Task Charge_ProcessFull_ThoseWithLittleGoOn()
    {
        for (var tenant = 0; _bytes.Total < UnreadBytes.PerProcess; tenant++)
        {
            for (var i = 0; i < UnreadBytes.PerCaller / Megabyte && _bytes.Total < UnreadBytes.PerProcess; i++)
            {
                Assert.NotNull(await ChargeAsync($"{tenant}.{i}", $"greedy_{tenant}"));
            }
        }

        for (var i = 0; i < UnreadBytes.Always / Megabyte; i++)
        {
            Assert.NotNull(await ChargeAsync("a", "modest"));
        }

        Assert.False(ChargeAsync("a", "modest").IsCompleted);
    }

    private Task<HeldBytes.Charge?> ChargeAsync(string connection, string caller) =>
        _bytes.ChargeAsync(connection, caller, Megabyte, TestContext.Current.CancellationToken).AsTask();
}
