using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Tests.Api;

public sealed class EtagTests
{
    [Fact]
    public void ToVersion_OfAnEtagGivenOut_IsItsVersion()
    {
        Assert.Equal(1, Etag.ToVersion(Etag.Of(1)));
        Assert.Equal(long.MaxValue, Etag.ToVersion(Etag.Of(long.MaxValue)));
        Assert.Null(Etag.ToVersion(""));
    }

    [Theory]
    [InlineData("07")]
    [InlineData("+7")]
    [InlineData(" 7")]
    [InlineData("7 ")]
    [InlineData("-7")]
    [InlineData("7.0")]
    [InlineData("\"7\"")]
    [InlineData("٧")]
    [InlineData("99999999999999999999")]
    [InlineData("abc")]
    public void AnyOtherText_NamesNoVersion(string etag)
    {
        Assert.Equal(0, Etag.ToVersion(etag));
        Assert.False(Etag.Allows(etag, 7));
    }

    [Fact]
    public void Allows_EmptyOrEqual_IsTrue()
    {
        Assert.True(Etag.Allows("", 7));
        Assert.True(Etag.Allows("7", 7));
        Assert.False(Etag.Allows("8", 7));
    }
}
