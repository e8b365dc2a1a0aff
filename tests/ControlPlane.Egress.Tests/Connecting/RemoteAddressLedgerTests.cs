using System.Net;
using ControlPlane.Egress.Connecting;
using ControlPlane.Testing;

namespace ControlPlane.Egress.Tests.Connecting;

public sealed class RemoteAddressLedgerTests
{
    private const string Host = "hooks.example.com";

    private static readonly Uri Url = new($"https://{Host}/hook");
    private static readonly IPAddress First = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Second = IPAddress.Parse("192.0.2.2");

    private readonly TestClock _time = new();
    private readonly RemoteAddressLedger _ledger;

    public RemoteAddressLedgerTests() => _ledger = new RemoteAddressLedger(_time);

    [Fact]
    public void Find_NothingOpen_IsUnknown() => Assert.Null(_ledger.Find(Url, _time.GetTimestamp()));

    [Fact]
    public void Find_OneAddressOpen_IsThatAddress()
    {
        _ledger.Opened(Host, 443, First);
        _ledger.Opened(Host, 443, First);
        Assert.Equal(First, FindAfterAMinute());
        _ledger.Closed(Host, 443, First);
        Assert.Equal(First, FindAfterAMinute());
    }

    [Fact]
    public void Find_TwoAddressesOpen_IsUnknown()
    {
        _ledger.Opened(Host, 443, First);
        _ledger.Opened(Host, 443, Second);
        Assert.Null(FindAfterAMinute());
    }

    [Fact]
    public void Find_OtherAddressClosedDuringTheRequest_IsUnknown()
    {
        _ledger.Opened(Host, 443, First);
        var since = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(1));
        _ledger.Closed(Host, 443, First);
        Assert.Equal(First, _ledger.Find(Url, since));
        _ledger.Opened(Host, 443, Second);
        Assert.Null(_ledger.Find(Url, since));
        Assert.Equal(Second, FindAfterAMinute());
    }

    [Fact]
    public void Find_OtherHostOrPort_IsUnknown()
    {
        _ledger.Opened(Host, 8443, First);
        _ledger.Opened("example.com", 443, First);
        Assert.Null(_ledger.Find(Url, _time.GetTimestamp()));
    }

    [Fact]
    public void Find_ReopenedAfterClose_IsNotForgotten()
    {
        _ledger.Opened(Host, 443, First);
        _ledger.Closed(Host, 443, First);
        _time.Advance(TimeSpan.FromSeconds(1));
        _ledger.Opened(Host, 443, First);
        _time.Advance(TimeSpan.FromMinutes(5));
        _ledger.Opened(Host, 8443, First);
        Assert.Equal(First, FindAfterAMinute());
    }

    [Fact]
    public void Opened_LongAfterOthersClosed_ForgetsThem()
    {
        _ledger.Opened(Host, 443, First);
        _ledger.Closed(Host, 443, First);
        _time.Advance(TimeSpan.FromMinutes(5));
        _ledger.Opened("example.com", 443, Second);
        Assert.Equal(1, _ledger.HostCount);
    }

    private IPAddress? FindAfterAMinute()
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        return _ledger.Find(Url, _time.GetTimestamp());
    }
}
