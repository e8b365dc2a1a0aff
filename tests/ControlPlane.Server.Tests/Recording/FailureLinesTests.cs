using ControlPlane.Server.Recording;
using ControlPlane.Testing;

namespace ControlPlane.Server.Tests.Recording;

public sealed class FailureLinesTests
{
    private readonly TestClock _clock = new();
    private readonly FailureLines _lines;

    public FailureLinesTests() => _lines = new(_clock);

    [Fact]
    public void Count_OneWebhook_OneLineStandsForThoseUntilTheNext()
    {
        Assert.Equal(0, _lines.Count("ten_1", "wh_1"));
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Null(_lines.Count("ten_1", "wh_1"));
        }

        Assert.Equal(0, _lines.Count("ten_1", "wh_2"));
        _clock.Advance(FailureLines.Quiet);
        Assert.Equal(1_000, _lines.Count("ten_1", "wh_1"));
        Assert.Null(_lines.Count("ten_1", "wh_1"));
    }

    [Fact]
    public void Count_ManyWebhooksOfATenant_LeaveOthersTheirLines()
    {
        var lines = Enumerable.Range(0, 1_000).Count(i => _lines.Count("ten_1", $"wh_{i}") is not null);
        Assert.Equal(FailureLines.PerTenant, lines);
        Assert.Equal(0, _lines.Count("ten_2", "wh_of_another"));

        _clock.Advance(FailureLines.Quiet);
        Assert.Equal(1, _lines.Count("ten_1", "wh_999"));
    }
}
