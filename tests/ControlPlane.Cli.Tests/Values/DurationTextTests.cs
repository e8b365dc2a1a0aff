using ControlPlane.Cli.Values;
using FsCheck.Fluent;

namespace ControlPlane.Cli.Tests.Values;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("5s", 5_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1_500)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("2d", 172_800_000)]
    [InlineData("1d2h3m4s5ms", 93_784_005)]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData(" 10m ", 600_000)]
    public void TryParse_Durations_AreRead(string text, long milliseconds)
    {
        Assert.True(DurationText.TryParse(text, out var value));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("+5s")]
    [InlineData("5 s")]
    [InlineData("5m5h")]
    [InlineData("5s5s")]
    [InlineData("5S")]
    [InlineData("5min")]
    [InlineData("1e3s")]
    [InlineData("1..5s")]
    [InlineData("99999999999999999999999999999999999d")]
    [InlineData("10675200d")]
    [InlineData("0.00000001s")]
    [InlineData("٥s")]
    [InlineData(null)]
    public void TryParse_OtherTexts_AreRefused(string? text) => Assert.False(DurationText.TryParse(text, out _));

    [Fact]
    public void Format_AnyDuration_IsReadAsTheSame() => Properties.Check(
        Gen.OneOf(
            Gen.Choose(0, int.MaxValue).Select(ticks => TimeSpan.FromTicks(ticks)),
            Gen.Choose(0, int.MaxValue).Select(seconds => TimeSpan.FromSeconds(seconds)),
            Gen.Choose(0, int.MaxValue).Two().Select(pair => TimeSpan.FromTicks(((long)pair.Item1 << 31) | (uint)pair.Item2)),
            Gen.Constant(TimeSpan.MaxValue)),
        value =>
        {
            Assert.True(DurationText.TryParse(DurationText.Format(value), out var read), DurationText.Format(value));
            Assert.Equal(value, read);
        });

    [Fact]
    public void TryParse_AnyText_NeverThrows() => Properties.Check(
        Gen.Elements("0123456789.dhms -+eE٥".ToCharArray()).ListOf().Select(chars => new string([.. chars])),
        text =>
        {
            if (DurationText.TryParse(text, out var value))
            {
                Assert.True(value >= TimeSpan.Zero);
            }
        });
}
