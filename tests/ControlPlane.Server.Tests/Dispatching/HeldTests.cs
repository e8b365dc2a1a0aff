using ControlPlane.Server.Dispatching;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Dispatching;

public sealed class HeldTests
{
    private static readonly DateTimeOffset Until = Records.Time.AddMinutes(1);
    private readonly Held _held = new(Options.Create(new DispatchingOptions { Queue = 4, QueuePerTenant = 2, QueuedPayloadBytes = 100 }));
    private readonly TenantShare _share = new();

    [Fact]
    public void TryTakePlace_ATenantHasItsShare_OthersStillGetOne()
    {
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => _held.TryTakePlace(_share)));
        var other = new TenantShare();
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => _held.TryTakePlace(other)));
        Assert.False(_held.TryTakePlace(new()));
        _held.GiveBackPlace(other);
        Assert.False(_held.TryTakePlace(_share));
        Assert.True(_held.TryTakePlace(new()));
    }

    [Fact]
    public void TryTakePlace_AllTaken_RefusesUntilOneIsGivenBack()
    {
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(_ => _held.TryTakePlace(_share)));
        _held.GiveBackPlace(_share);
        Assert.Equal([true, false], Enumerable.Range(0, 2).Select(_ => _held.TryTakePlace(_share)));
    }

    [Fact]
    public void Add_PayloadsBeyondTheLimit_AreLeftInTheStore()
    {
        var first = _held.Add(_share, Records.Delivery("dlv_1"), Records.Event(payloadBytes: 60), Until);
        var second = _held.Add(_share, Records.Delivery("dlv_2"), Records.Event(payloadBytes: 60), Until);
        Assert.NotNull(first.Event);
        Assert.Null(second.Event);
        _held.Remove(first);
        Assert.NotNull(_held.Add(_share, Records.Delivery("dlv_3"), Records.Event(payloadBytes: 100), Until).Event);
    }

    [Fact]
    public void Remove_LostAndHeldAnew_KeepsTheNewOne()
    {
        _held.TryTakePlace(_share);
        _held.TryTakePlace(_share);
        var old = _held.Add(_share, Records.Delivery(), null, Until);
        _held.Lose("dlv_1");
        var renewed = _held.Add(_share, Records.Delivery() with { Fence = 3 }, null, Until);
        _held.Remove(old);
        Assert.Same(renewed, Assert.Single(_held.Items));
        Assert.True(old.Lost);
        Assert.False(renewed.Lost);
    }

    [Fact]
    public void Lose_NotHeld_DoesNothing() => _held.Lose("dlv_unknown");
}
