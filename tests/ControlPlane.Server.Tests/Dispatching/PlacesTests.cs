using ControlPlane.Server.Dispatching;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Dispatching;

public sealed class PlacesTests
{
    private static readonly DateTimeOffset Until = Records.Time.AddMinutes(1);
    private readonly Places _places = new(Options.Create(new DispatchingOptions { Queue = 16, QueuedPayloadBytes = 100 }));
    private readonly TenantPlaces _tenant = new();

    [Fact]
    public void TryTake_OneTenantTakesAllItCan_OthersStillGetSome()
    {
        Assert.Equal(14, Enumerable.Range(0, 20).Count(_ => _places.TryTake(_tenant)));
        Assert.True(_places.TryTake(new()));
        Assert.True(_places.TryTake(new()));
        Assert.False(_places.TryTake(new()));
    }

    [Fact]
    public void FindEvent_AfterAnErasure_HasToBeReadAgain()
    {
        Assert.True(_places.TryTake(_tenant));
        Assert.True(_places.TryTake(_tenant));
        var read = _places.Erasures;
        var before = _places.Add(_tenant, Records.Delivery("dlv_1"), Records.Event(payloadBytes: 1), read, Until);
        Assert.NotNull(_places.FindEvent(before));

        _places.NoteErasure();
        var late = _places.Add(_tenant, Records.Delivery("dlv_2"), Records.Event(payloadBytes: 1), read, Until);

        Assert.Null(_places.FindEvent(before));
        Assert.Null(_places.FindEvent(late));
    }

    [Fact]
    public void TryTake_AllTaken_RefusesUntilOneIsGivenBack()
    {
        Assert.Equal(14, Enumerable.Range(0, 20).Count(_ => _places.TryTake(_tenant)));
        _places.GiveBack(_tenant);
        Assert.Equal([true, false], Enumerable.Range(0, 2).Select(_ => _places.TryTake(_tenant)));
    }

    [Fact]
    public void Add_PayloadsBeyondTheLimit_AreLeftInTheStore()
    {
        var first = _places.Add(_tenant, Records.Delivery("dlv_1"), Records.Event(payloadBytes: 60), 0, Until);
        var second = _places.Add(_tenant, Records.Delivery("dlv_2"), Records.Event(payloadBytes: 60), 0, Until);
        Assert.NotNull(first.Event);
        Assert.Null(second.Event);
        _places.Remove(first);
        Assert.NotNull(_places.Add(_tenant, Records.Delivery("dlv_3"), Records.Event(payloadBytes: 100), 0, Until).Event);
    }

    [Fact]
    public void Remove_LostAndHeldAnew_KeepsTheNewOne()
    {
        _places.TryTake(_tenant);
        _places.TryTake(_tenant);
        var old = _places.Add(_tenant, Records.Delivery(), null, 0, Until);
        _places.Lose("dlv_1");
        var renewed = _places.Add(_tenant, Records.Delivery() with { Fence = 3 }, null, 0, Until);
        _places.Remove(old);
        Assert.Same(renewed, Assert.Single(_places.Items));
        Assert.True(old.Lost);
        Assert.False(renewed.Lost);
    }

    [Fact]
    public void Lose_NotHeld_DoesNothing() => _places.Lose("dlv_unknown");
}
