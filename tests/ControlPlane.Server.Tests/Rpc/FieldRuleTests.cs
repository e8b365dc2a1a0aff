using ControlPlane.Server.Catalog;
using ControlPlane.Server.Rpc;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Tests.Rpc;

public sealed class FieldRuleTests
{
    [Theory]
    [InlineData("a"), InlineData("message.new"), InlineData("9:x/y_z-A"), InlineData("a..b"), InlineData("a.")]
    public void IsType_Right_True(string text) => Assert.True(EventTypeRules.IsType(text));

    [Theory]
    [InlineData(""), InlineData("*"), InlineData(".a"), InlineData("_a"), InlineData("a b"), InlineData("a.*"), InlineData("é")]
    [InlineData("a\n")]
    public void IsType_Wrong_False(string text) => Assert.False(EventTypeRules.IsType(text));

    [Theory]
    [InlineData("*"), InlineData("a.*"), InlineData("a.b.*"), InlineData("a")]
    public void IsPattern_Right_True(string text) => Assert.True(EventTypeRules.IsPattern(text));

    [Theory]
    [InlineData(""), InlineData("**"), InlineData(".*"), InlineData("*.a"), InlineData("a*")]
    [InlineData("a.*.b"), InlineData("a.**"), InlineData("* ")]
    public void IsPattern_Wrong_False(string text) => Assert.False(EventTypeRules.IsPattern(text));

    [Fact]
    public void IsPattern_Length_EndsWhereNoTypeCouldMatch()
    {
        Assert.True(EventTypeRules.IsType(new string('a', 128)));
        Assert.False(EventTypeRules.IsType(new string('a', 129)));
        Assert.True(EventTypeRules.IsPattern(new string('a', 126) + ".*"));
        Assert.False(EventTypeRules.IsPattern(new string('a', 127) + ".*"));
        Assert.True(SubscriptionIndex.Covers(new string('a', 126) + ".*", new string('a', 126) + ".b"));
    }

    [Fact]
    public void TryRead_AnyDuration_AgreesWithTheLibraryOrRefuses() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(long Seconds, int Nanos)>(), parts =>
        {
            var duration = new Duration { Seconds = parts.Seconds, Nanos = parts.Nanos };
            var read = ProtoTimes.TryRead(duration, out var value);
            return !read ? Record.Exception(() => { duration.ToTimeSpan(); }) is not null : value == duration.ToTimeSpan();
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(long.MaxValue, 0), InlineData(long.MinValue, 0), InlineData(0, int.MinValue), InlineData(0, 1_000_000_000)]
    [InlineData(315_576_000_001, 0), InlineData(1, -1), InlineData(-1, 1)]
    public void TryRead_ImpossibleDuration_False(long seconds, int nanos) =>
        Assert.False(ProtoTimes.TryRead(new Duration { Seconds = seconds, Nanos = nanos }, out _));

    [Theory]
    [InlineData(253_402_300_800, 0), InlineData(-62_135_596_801, 0), InlineData(0, -1), InlineData(0, 1_000_000_000)]
    [InlineData(long.MinValue, 5)]
    public void TryRead_ImpossibleTime_False(long seconds, int nanos) =>
        Assert.False(ProtoTimes.TryRead(new Timestamp { Seconds = seconds, Nanos = nanos }, out _));

    [Theory]
    [InlineData(253_402_300_799, 999_999_999), InlineData(-62_135_596_800, 0), InlineData(1_700_000_000, 123_456_700)]
    public void TryRead_PossibleTime_AgreesWithTheLibrary(long seconds, int nanos)
    {
        var timestamp = new Timestamp { Seconds = seconds, Nanos = nanos };
        Assert.True(ProtoTimes.TryRead(timestamp, out var time));
        Assert.Equal(timestamp.ToDateTimeOffset(), time);
    }

    [Fact]
    public void Entry_HostileKey_ShortAndWithoutControls() => Assert.Equal(
        "labels[\"a\uFFFD" + new string('x', 126) + "\"]", FieldRules.Entry("labels", "a\n" + new string('x', 500)));
}
