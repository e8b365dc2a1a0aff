using ControlPlane.Server.Api.Hardening;
using ControlPlane.Testing;

namespace ControlPlane.Server.Tests.Api.Hardening;

public sealed class UnfinishedBytesTests
{
    private const int Megabyte = 1 << 20;

    private readonly TestClock _clock = new();
    private readonly UnfinishedBytes _bytes;

    public UnfinishedBytesTests() => _bytes = new(_clock);

    [Fact]
    public async Task Charge_WithoutKey_RefusedAtOnceBeyondItsConnection()
    {
        for (var i = 0; i < UnfinishedBytes.PerOpenConnection / UnfinishedBytes.LeastCharge; i++)
        {
            Assert.NotNull(await ChargeAsync("a", null, 1));
        }

        Assert.Null(await ChargeAsync("a", null, 1));
        Assert.NotNull(await ChargeAsync("b", null, 1));
    }

    [Fact]
    public async Task Charge_WithoutKey_LeavesRoomForThoseWithOne()
    {
        for (var i = 0; i < UnfinishedBytes.WithoutKey / UnfinishedBytes.PerOpenConnection; i++)
        {
            Assert.NotNull(await ChargeAsync($"c{i}", null, UnfinishedBytes.PerOpenConnection));
        }

        Assert.Null(await ChargeAsync("another", null, 1));
        Assert.NotNull(await ChargeAsync("another", "key_1", 4 * Megabyte));
    }

    [Fact]
    public async Task Charge_ManyConnectionsOfOneKey_BoundedByTheKey()
    {
        for (var i = 0; i < UnfinishedBytes.PerKey / (4 * Megabyte); i++)
        {
            Assert.NotNull(await ChargeAsync($"c{i}", "key_1", 4 * Megabyte));
        }

        var waiting = ChargeAsync("another", "key_1", 4 * Megabyte);
        Assert.False(waiting.IsCompleted);
        Assert.NotNull(await ChargeAsync("another", "key_2", 4 * Megabyte));
        _clock.Advance(UnfinishedBytes.Patience);
        Assert.Null(await waiting);
    }

    [Fact]
    public async Task Charge_ManyKeys_BoundedByTheProcess()
    {
        for (var i = 0; i < UnfinishedBytes.PerProcess / (4 * Megabyte); i++)
        {
            Assert.NotNull(await ChargeAsync($"c{i}", $"key_{i}", 4 * Megabyte));
        }

        Assert.Equal(UnfinishedBytes.PerProcess, _bytes.Total);
        Assert.False(ChargeAsync("another", "key_x", 1).IsCompleted);
    }

    [Fact]
    public async Task Charge_NoRoom_GoesOnWhenAnotherIsFinished()
    {
        var held = new List<IDisposable?>();
        for (var i = 0; i < UnfinishedBytes.PerConnection / (4 * Megabyte); i++)
        {
            held.Add(await ChargeAsync("a", "key_1", 4 * Megabyte));
        }

        var waiting = ChargeAsync("a", "key_1", 4 * Megabyte);
        Assert.False(waiting.IsCompleted);
        held[0]!.Dispose();
        held[0]!.Dispose();
        Assert.NotNull(await waiting);
        Assert.Equal(UnfinishedBytes.PerConnection, _bytes.Total);
    }

    [Fact]
    public async Task Charge_Disposed_LeavesNothingBehind()
    {
        (await ChargeAsync("a", "key_1", 100))!.Dispose();
        (await ChargeAsync("a", null, 100))!.Dispose();
        Assert.Equal(0, _bytes.Total);
    }

    private Task<HeldBytes.Charge?> ChargeAsync(string connection, string? key, int bytes) =>
        _bytes.ChargeAsync(connection, key, bytes, TestContext.Current.CancellationToken).AsTask();
}
