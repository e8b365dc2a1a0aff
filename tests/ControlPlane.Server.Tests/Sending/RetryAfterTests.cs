using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Server.Sending;
using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Server.Tests.Sending;

public sealed class RetryAfterTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData(" 120 ", 120)]
    [InlineData("86399", 86_399)]
    [InlineData("86400", 86_400)]
    [InlineData("86401", 86_400)]
    [InlineData("99999999999999999999999999999999999999", 86_400)]
    [InlineData("Wed, 02 Jan 2030 03:04:35 GMT", 30)]
    [InlineData("Wed, 02 Jan 2030 03:04:05 GMT", 0)]
    [InlineData("wed, 02 jan 2030 03:04:35 gmt", 30)]
    [InlineData("Wednesday, 02-Jan-30 03:04:35 GMT", 30)]
    [InlineData("Wednesday, 02-Jan-30 03:04:35 gmt", 30)]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", 0)]
    [InlineData("Wed Jan  2 03:04:35 2030", 30)]
    [InlineData("Sun Nov  6 08:49:37 1994", 0)]
    [InlineData("Tue, 01 Jan 1980 00:00:00 GMT", 0)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 86_400)]
    public void Read_SecondsOrDate_GivesTheWait(string value, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read(value));

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("soon")]
    [InlineData("\u0661\u0662")]
    [InlineData("2030-01-02T03:04:35Z")]
    [InlineData("Thu, 02 Jan 2030 03:04:35 GMT")]
    [InlineData("Wed, 99 Jan 2030 03:04:35 GMT")]
    public void Read_Nonsense_IsNull(string value) => Assert.Null(Read(value));

    [Fact]
    public void Read_NoHeader_IsNull()
    {
        using var response = new HttpResponseMessage();
        Assert.Null(RetryAfter.Read(response.Headers, Records.Time));
    }

    [Fact]
    public void Read_AnyText_IsNullOrWithinADay() =>
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => text.Get.Replace('\n', ' ').Replace('\r', ' ').Replace('\0', ' ')).Holds(
            text => Read(text) is not { } wait || (wait >= TimeSpan.Zero && wait <= RetryAfter.Longest));

    [Fact]
    public void Read_AnyNumber_IsItOrADay() => ArbMap.Default.GeneratorFor<NonNegativeInt>().Holds(number =>
        Read($"{number.Get}") == TimeSpan.FromSeconds(Math.Min(number.Get, 86_400)));

    private static TimeSpan? Read(string value)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("Retry-After", value);
        return RetryAfter.Read(response.Headers, Records.Time);
    }
}
