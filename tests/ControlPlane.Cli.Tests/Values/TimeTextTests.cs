using ControlPlane.Cli.Values;

namespace ControlPlane.Cli.Tests.Values;

public sealed class TimeTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("10m", "2026-01-31T11:50:00Z")]
    [InlineData("2026-01-30", "2026-01-30T00:00:00Z")]
    [InlineData("2026-01-30T10:00", "2026-01-30T10:00:00Z")]
    [InlineData("2026-01-30T10:00:00+02:00", "2026-01-30T08:00:00Z")]
    [InlineData("2026-01-30T10:00:00.25Z", "2026-01-30T10:00:00.25Z")]
    [InlineData("99999d", "1970-01-01T00:00:00Z")]
    public void Before_TimesAndDurations_AreCountedBackFromNow(string text, string expected)
    {
        Assert.True(TimeText.TryParse(text, out var time));
        Assert.Equal(DateTimeOffset.Parse(expected, null), time.Before(Now));
    }

    [Fact]
    public void After_Duration_CountsForwardWithoutOverflow()
    {
        Assert.True(TimeText.TryParse("10m", out var soon));
        Assert.True(TimeText.TryParse("9999999d", out var never));
        Assert.Equal(Now.AddMinutes(10), soon.After(Now));
        Assert.Equal(DateTimeOffset.MaxValue, never.After(Now));
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("31.01.2026")]
    [InlineData("2026-13-01")]
    [InlineData("")]
    public void TryParse_OtherTexts_AreRefused(string text) => Assert.False(TimeText.TryParse(text, out _));
}
