using System.Globalization;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.V1;
using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Server.Tests.Api.Paging;

public sealed class PagingTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_= %+/\n";

    [Fact]
    public void Token_SameArguments_RoundTrips() => Prop.ForAll<long, NonNull<string>>((position, tenant) =>
        Before(tenant.Get, Token(tenant.Get, position)) == position).QuickCheckThrowOnFailure();

    [Fact]
    public void Token_OtherArguments_Refused() => Prop.ForAll<long, NonNull<string>, NonNull<string>>((position, tenant, other) =>
        tenant.Get == other.Get || Before(other.Get, Token(tenant.Get, position)) is null).QuickCheckThrowOnFailure();

    [Fact]
    public void Token_OtherList_Refused() => Prop.ForAll<long>(position =>
    {
        var violations = new Violations();
        var token = Token("", position);
        return PageRequest.Read(new ListTenantsRequest { PageToken = token }, 0, token, violations).Before is null && violations.Any;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Token_AnyCharacterChanged_Refused() => Prop.ForAll(
        ArbMap.Default.ArbFor<long>(), Gen.Choose(0, 21).ToArbitrary(), Gen.Elements(Alphabet.ToCharArray()).ToArbitrary(),
        (position, index, replacement) =>
        {
            var token = Token("acme", position);
            var changed = string.Concat(token.AsSpan(0, index), [replacement], token.AsSpan(index + 1));
            return token == changed || Before("acme", changed) is null;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Token_AnythingElse_RefusedWithoutThrowing() => Prop.ForAll<NonEmptyString>(text =>
        Before("acme", text.Get) is null && Before("acme", Token("acme", 7) + text.Get) is null).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("{0}==")]
    [InlineData("{0}\n")]
    [InlineData(" {0}")]
    public void Token_SpelledOtherwise_Refused(string format) =>
        Assert.Null(Before("acme", string.Format(CultureInfo.InvariantCulture, format, Token("acme", 7))));

    [Theory]
    [InlineData(0, 50)]
    [InlineData(1, 1)]
    [InlineData(1000, 1000)]
    [InlineData(int.MaxValue, 1000)]
    public void Read_PageSize_DefaultAndMaximum(int asked, int given)
    {
        var violations = new Violations();
        Assert.Equal(given, PageRequest.Read(new ListTenantsRequest(), asked, "", violations).Size);
        Assert.False(violations.Any);
    }

    private static string Token(string tenant, long position) =>
        PageRequest.Read(new ListApiKeysRequest { TenantId = tenant, PageSize = 3 }, 3, "", new Violations()).Token(position);

    private static long? Before(string tenant, string token)
    {
        var violations = new Violations();
        var request = new ListApiKeysRequest { TenantId = tenant, PageSize = 9, PageToken = token };
        var paging = PageRequest.Read(request, request.PageSize, token, violations);
        Assert.Equal(paging.Before is null, violations.Any);
        return paging.Before;
    }
}
