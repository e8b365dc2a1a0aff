using ControlPlane.Cli.Values;
using ControlPlane.V1;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Tests.Values;

public sealed class BackoffTextTests
{
    private static readonly Gen<Duration> Delay =
        Gen.Choose(0, 86_400_000).Select(ms => Duration.FromTimeSpan(TimeSpan.FromMilliseconds(ms)));

    private static readonly Gen<RetryPolicy> Policies = Gen.OneOf(
        Gen.Constant(new RetryPolicy()),
        Gen.Elements("wawp", "wahooks", "gowa").Select(preset => new RetryPolicy { Preset = preset }),
        Delay.Select(delay => new RetryPolicy { Fixed = new() { Delay = delay } }),
        Delay.NonEmptyListOf().Select(delays => new RetryPolicy { Schedule = new() { Delays = { delays } } }),
        Delay.Two().Zip(Gen.Choose(1, 1000)).Select(t => new RetryPolicy
        {
            Exponential = new() { Initial = t.Item1.Item1, Max = t.Item1.Item2, Multiplier = t.Item2 / 100.0 },
        }));

    [Fact]
    public void Format_AnyBackoff_IsReadAsTheSame() => Properties.Check(Policies, policy =>
    {
        Assert.True(BackoffText.TryParse(BackoffText.Format(policy), out var read), BackoffText.Format(policy));
        Assert.Equal(policy, read);
    });

    [Fact]
    public void TryParse_ExponentialAlone_LeavesTheRestToTheServer()
    {
        Assert.True(BackoffText.TryParse("exponential", out var policy));
        Assert.Equal(new RetryPolicy { Exponential = new() }, policy);
    }

    [Theory]
    [InlineData("")]
    [InlineData("linear:5s")]
    [InlineData("standard:5s")]
    [InlineData("wawp:5s")]
    [InlineData("fixed")]
    [InlineData("fixed:")]
    [InlineData("fixed:1s,2s")]
    [InlineData("schedule")]
    [InlineData("schedule:5s,,10s")]
    [InlineData("exponential:5s,x,1h")]
    [InlineData("exponential:5s,Infinity,1h")]
    [InlineData("exponential:5s,-1,1h")]
    [InlineData("exponential:5s,2,1h,1h")]
    public void TryParse_OtherTexts_AreRefused(string text) => Assert.False(BackoffText.TryParse(text, out _));
}
