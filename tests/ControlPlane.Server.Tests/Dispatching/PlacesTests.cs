using ControlPlane.Server.Dispatching;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Dispatching;

public sealed class PlacesTests
{
    private static readonly DateTimeOffset Until = Records.Time.AddMinutes(1);
    private readonly Places _places = new(Options.Create(new DispatchingOptions { Queue = 4, QueuePerTenant = 2, QueuedPayloadBytes = 100 }));
    private readonly TenantPlaces _share = new();

    [Fact]
    public void TryTakePlace_ATenantHasItsShare_OthersStillGetOne()
    {
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => _places.TryTakePlace(_share)));
        var other = new TenantPlaces();
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => _places.TryTakePlace(other)));
        Assert.False(_places.TryTakePlace(new()));
        _places.GiveBackPlace(other);
        Assert.False(_places.TryTakePlace(_share));
        Assert.True(_places.TryTakePlace(new()));
    }

    [Fact]
    public void TryTakePlace_AllTaken_RefusesUntilOneIsGivenBack()
    {
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(_ => _places.TryTakePlace(_share)));
        _places.GiveBackPlace(_share);
        Assert.Equal([true, false], Enumerable.Range(0, 2).Select(_ => _places.TryTakePlace(_share)));
    }

    [Fact]
    public void Add_PayloadsBeyondTheLimit_AreLeftInTheStore()
    {
        var first = _places.Add(_share, Records.Delivery("dlv_1"), Records.Event(payloadBytes: 60), Until);
        var second = _places.Add(_share, Records.Delivery("dlv_2"), Records.Event(payloadBytes: 60), Until);
        Assert.NotNull(first.Event);
        Assert.Null(second.Event);
        _places.Remove(first);
        Assert.NotNull(_places.Add(_share, Records.Delivery("dlv_3"), Records.Event(payloadBytes: 100), Until).Event);
    }

    [Fact]
    public void Remove_LostAndHeldAnew_KeepsTheNewOne()
    {
        _places.TryTakePlace(_share);
        _places.TryTakePlace(_share);
        var old = _places.Add(_share, Records.Delivery(), null, Until);
        _places.Lose("dlv_1");
        var renewed = _places.Add(_share, Records.Delivery() with { Fence = 3 }, null, Until);
        _places.Remove(old);
        Assert.Same(renewed, Assert.Single(_places.Items));
        Assert.True(old.Lost);
        Assert.False(renewed.Lost);
    }

    [Fact]
    public void Lose_NotHeld_DoesNothing() => _places.Lose("dlv_unknown");
}
