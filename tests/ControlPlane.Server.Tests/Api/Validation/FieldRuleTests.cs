using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Storage.Transitions;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Tests.Api.Validation;

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
        Assert.True(EventTypePattern.Covers(new string('a', 126) + ".*", new string('a', 126) + ".b"));
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

    [Theory]
    [InlineData("a\u202Eb"), InlineData("a\u2066b"), InlineData("\u200Fa"), InlineData("a\u061C"), InlineData("a\u200Bb"), InlineData("\uFEFFa")]
    [InlineData("a\u2060b"), InlineData("a\u2028b"), InlineData("a\u00ADb"), InlineData("a\U000E0041b"), InlineData("a\u001Bb")]
    public void CheckText_NameThatReadsOtherwise_Refused(string name) => Assert.True(IsRefused(name, TextKind.Name));

    [Theory]
    [InlineData("\u0646\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645"), InlineData("\U0001F469\u200D\U0001F4BB"), InlineData("\u05D0\u05D1 ab")]
    public void CheckText_NameOfAnyScript_Passes(string name) => Assert.False(IsRefused(name, TextKind.Name));

    [Theory]
    [InlineData("a\u202Eb", true), InlineData("a\u2069b", true), InlineData("a\u001Bb", true), InlineData("a\u200Fb\r\n\tc", false)]
    public void CheckText_Block_RefusesWhatTurnsTextAround(string text, bool refused) => Assert.Equal(refused, IsRefused(text, TextKind.Block));

    [Fact]
    public void Entry_HostileKey_ShortAndWithoutControls() => Assert.Equal(
        "labels[\"a\uFFFD" + new string('x', 126) + "\"]", FieldRules.Entry("labels", "a\n" + new string('x', 500)));

    private static bool IsRefused(string text, TextKind kind)
    {
        var violations = new Violations();
        FieldRules.CheckText(violations, "field", text, maximum: 200, kind);
        return violations.Any;
    }
}
