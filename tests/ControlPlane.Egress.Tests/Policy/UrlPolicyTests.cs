using System.Net;
using ControlPlane.Egress.Policy;

namespace ControlPlane.Egress.Tests.Policy;

public sealed class UrlPolicyTests
{
    [Theory]
    [InlineData(null, UrlReason.Empty)]
    [InlineData("", UrlReason.Empty)]
    [InlineData("  ", UrlReason.Empty)]
    [InlineData("http://example.com/", UrlReason.NotHttps)]
    [InlineData("ftp://example.com/", UrlReason.NotHttps)]
    [InlineData("https://user@example.com/", UrlReason.HasUserInfo)]
    [InlineData("https://@example.com/", UrlReason.HasUserInfo)]
    [InlineData("https://:@example.com/", UrlReason.HasUserInfo)]
    [InlineData("https://example.com/#f", UrlReason.HasFragment)]
    [InlineData("https://example.com#", UrlReason.HasFragment)]
    [InlineData("https://example.com:22/", UrlReason.PortNotAllowed)]
    [InlineData("https://example.com:0/", UrlReason.PortNotAllowed)]
    [InlineData("https://example.com:65536/", UrlReason.PortNotAllowed)]
    [InlineData("https://example.com:99999999999999999999/", UrlReason.PortNotAllowed)]
    [InlineData("https://intranet/", UrlReason.HostNotPublic)]
    [InlineData("https://intranet./", UrlReason.HostNotPublic)]
    [InlineData("https://LOCALHOST/", UrlReason.HostNotPublic)]
    [InlineData("https://a.b.localhost./", UrlReason.HostNotPublic)]
    [InlineData("https://router.home.arpa/", UrlReason.HostNotPublic)]
    [InlineData("https://1.0.0.10.in-addr.arpa/", UrlReason.HostNotPublic)]
    [InlineData("https://x.onion/", UrlReason.HostNotPublic)]
    [InlineData("https://x.alt/", UrlReason.HostNotPublic)]
    [InlineData("https://x.test/", UrlReason.HostNotPublic)]
    [InlineData("https://x.invalid/", UrlReason.HostNotPublic)]
    [InlineData("https://x.example/", UrlReason.HostNotPublic)]
    [InlineData("https://x.lan/", UrlReason.HostNotPublic)]
    [InlineData("https://metadata.google.internal/", UrlReason.HostNotPublic)]
    [InlineData("https://metadata。google。internal/", UrlReason.HostNotPublic)]
    [InlineData("https://127.0.0.1/", UrlReason.AddressBlocked)]
    [InlineData("https://127.1/", UrlReason.AddressBlocked)]
    [InlineData("https://0x7F.1/", UrlReason.AddressBlocked)]
    [InlineData("https://0X7f000001/", UrlReason.AddressBlocked)]
    [InlineData("https://0x/", UrlReason.AddressBlocked)]
    [InlineData("https://0x0000000000000000007f.0.0.1/", UrlReason.AddressBlocked)]
    [InlineData("https://000000000000000000000000177.0.0.1/", UrlReason.AddressBlocked)]
    [InlineData("https://１２７.0.0.1/", UrlReason.AddressBlocked)]
    [InlineData("https://０ｘ７ｆ．1/", UrlReason.AddressBlocked)]
    [InlineData("https://①②⑦.⓪.⓪.①/", UrlReason.AddressBlocked)]
    [InlineData("https://𝟏𝟐𝟕.𝟎.𝟎.𝟏/", UrlReason.AddressBlocked)]
    [InlineData("https://¹²⁷.⁰.₀.₁/", UrlReason.AddressBlocked)]
    [InlineData("https://127。0｡0．1./", UrlReason.AddressBlocked)]
    [InlineData("https://127.0.0.1。/", UrlReason.AddressBlocked)]
    [InlineData("https://[::1]:8443/", UrlReason.AddressBlocked)]
    [InlineData("https://[0:0:0:0:0:0:0:1]/", UrlReason.AddressBlocked)]
    [InlineData("https://[::127.0.0.1]/", UrlReason.AddressBlocked)]
    [InlineData("https://[::ffff:127.0.0.1]/", UrlReason.AddressBlocked)]
    [InlineData("https://[2606:4700:4700::1111%25eth0]/", UrlReason.AddressBlocked)]
    [InlineData("https://[fe80::1%eth0]/", UrlReason.AddressBlocked)]
    public void Check_OneFault_GivesItsReason(string? url, string reason) =>
        Assert.Equal([reason], Policies.Urls().Check(url).Reasons());

    [Theory]
    [InlineData("example.com")]
    [InlineData("//example.com/")]
    [InlineData("https:example.com")]
    [InlineData("https:/example.com")]
    [InlineData("https:///example.com/")]
    [InlineData("https://")]
    [InlineData("https://?x")]
    [InlineData(":https://example.com/")]
    [InlineData("ht tps://example.com/")]
    [InlineData(" https://example.com/")]
    [InlineData("https://example.com/ ")]
    [InlineData("https://example.com/a b")]
    [InlineData("https://example.com/a\tb")]
    [InlineData("https://example.com/a\r\nX: y")]
    [InlineData("https://example.com/\u0000")]
    [InlineData("https://example.com/\u007f")]
    [InlineData("https://example.com/\u0085")]
    [InlineData("https://example.com/\u00a0")]
    [InlineData("https://example.com/\u2028")]
    [InlineData("https://exam\u200bple.com/")]
    [InlineData("https://exam\u00adple.com/")]
    [InlineData("https://example.com/\u202egpj")]
    [InlineData("https://example.com\\@evil.example.com/")]
    [InlineData("https:\\\\example.com")]
    [InlineData("https://example.com:/")]
    [InlineData("https://example.com:https/")]
    [InlineData("https://example.com:+443/")]
    [InlineData("https://example.com:４４３/")]
    [InlineData("https://example.com:443:443/")]
    [InlineData("https://::1/")]
    [InlineData("https://2606:4700:4700::1111/")]
    [InlineData("https://[2606:4700:4700::1111/")]
    [InlineData("https://[2606:4700:4700::1111]x/")]
    [InlineData("https://[2606:4700:4700::1111]]/")]
    [InlineData("https://[1.1.1.1]/")]
    [InlineData("https://[example.com]/")]
    [InlineData("https://[v1.x]/")]
    [InlineData("https://[]/")]
    [InlineData("https://example..com/")]
    [InlineData("https://.example.com/")]
    [InlineData("https://example.com../")]
    [InlineData("https://example。。com/")]
    [InlineData("https://-a.example.com/")]
    [InlineData("https://a-.example.com/")]
    [InlineData("https://%31%32%37.0.0.1/")]
    [InlineData("https://ex%61mple.com/")]
    [InlineData("https://exa*mple.com/")]
    [InlineData("https://exa,mple.com/")]
    [InlineData("https://exa\"mple.com/")]
    [InlineData("https://1.2.3.4.5/")]
    [InlineData("https://example.1/")]
    [InlineData("https://example.0x1/")]
    [InlineData("https://256.1.1.1/")]
    [InlineData("https://1.1.1.256/")]
    [InlineData("https://4294967296/")]
    [InlineData("https://089.1.1.1/")]
    [InlineData("https://16843009/")]
    [InlineData("https://1.1/")]
    [InlineData("https://01.1.1.1/")]
    [InlineData("https://1.1.1.1./")]
    [InlineData("https://１.1.1.1/")]
    [InlineData("https://ｅxample.com/")]
    [InlineData("https://ℯxample.com/")]
    [InlineData("https://exampleⅼ.com/")]
    [InlineData("https://u\u0308ber.example.com/")]
    [InlineData("https://😀.example.com/")]
    public void Check_NotAUrlOfAPublicHost_IsMalformed(string url) =>
        Assert.Equal([UrlReason.Malformed], Policies.Urls().Check(url).Reasons());

    [Fact]
    public void Check_LoneSurrogate_IsMalformed() =>
        Assert.Equal([UrlReason.Malformed], Policies.Urls().Check("https://example.com/" + '\ud800').Reasons());

    [Fact]
    public void Check_SeveralFaults_GivesThemAll() => Assert.Equal(
        [UrlReason.NotHttps, UrlReason.HasUserInfo, UrlReason.HasFragment, UrlReason.PortNotAllowed, UrlReason.AddressBlocked],
        Policies.Urls().Check("http://user:pass@127.0.0.1:22/#f").Reasons());

    [Fact]
    public void Check_UserInfo_IsNotRepeatedInMessages() =>
        Assert.All(
            Policies.Urls().Check("https://user:hunter2@127.0.0.1:22/").Violations,
            violation => Assert.DoesNotContain("hunter2", violation.Message, StringComparison.Ordinal));

    [Theory]
    [InlineData("HTTPS://EXAMPLE.com:443", "https://example.com/")]
    [InlineData("https://example.com./hook", "https://example.com/hook")]
    [InlineData("https://example.com:08443/", "https://example.com:8443/")]
    [InlineData("https://BÜCHER.example.com/ü?q=ü", "https://xn--bcher-kva.example.com/%C3%BC?q=%C3%BC")]
    [InlineData("https://例え。jp/", "https://xn--r8jz45g.jp/")]
    [InlineData("https://example.com?x=1", "https://example.com/?x=1")]
    [InlineData("https://[2606:4700:4700:0:0:0:0:1111]/", "https://[2606:4700:4700::1111]/")]
    [InlineData("https://a_b.example.com/", "https://a_b.example.com/")]
    [InlineData("https://_a.example.com/", "https://_a.example.com/")]
    [InlineData("https://example.com/a/../b%2f%0d", "https://example.com/a/../b%2f%0d")]
    [InlineData("https://3com.com/", "https://3com.com/")]
    [InlineData("https://0x7f.example.com/", "https://0x7f.example.com/")]
    [InlineData("https://localhost.example.com/", "https://localhost.example.com/")]
    [InlineData("https://example.org:1024/", "https://example.org:1024/")]
    public void Check_PublicUrl_GivesCanonicalForm(string url, string canonical) =>
        Assert.Equal(canonical, Policies.Urls().Check(url).Url?.AbsoluteUri);

    [Fact]
    public void Check_Length_IsLimitedAsWrittenAndAsCanonical()
    {
        const string Start = "https://example.com/";
        var longest = Start + new string('a', UrlPolicy.MaxLength - Start.Length);
        Assert.True(Policies.Urls().Check(longest).IsAllowed);
        Assert.Equal([UrlReason.TooLong], Policies.Urls().Check(longest + "a").Reasons());
        Assert.Equal([UrlReason.TooLong], Policies.Urls().Check(Start + new string('ü', 500)).Reasons());
    }

    [Fact]
    public void Check_DefaultPortNotAllowed_IsRefused()
    {
        var policy = new UrlPolicy(Policies.Addresses(), Policies.Ports("8443"));
        Assert.Equal([UrlReason.PortNotAllowed], policy.Check("https://example.com/").Reasons());
    }

    [Theory]
    [InlineData("https://localhost:8443/", true)]
    [InlineData("https://receiver:8443/", true)]
    [InlineData("https://receiver.internal/", true)]
    [InlineData("https://10.0.0.5/", true)]
    [InlineData("https://[::ffff:10.0.0.5]/", true)]
    [InlineData("https://10.0.5/", false)]
    [InlineData("https://192.168.0.1/", false)]
    [InlineData("http://10.0.0.5/", false)]
    public void Check_WithAllowedNetworks_AcceptsPrivateNamesAndTheirLiterals(string url, bool expected) =>
        Assert.Equal(expected, Policies.Urls("10.0.0.0/8").Check(url).IsAllowed);

    [Fact]
    public void Check_OwnListenerInAllowedNetwork_IsBlocked()
    {
        var own = new IPEndPoint(IPAddress.Loopback, 7400);
        var policy = new UrlPolicy(Policies.Addresses([own], "127.0.0.0/8"), Policies.Ports());
        Assert.Equal([UrlReason.AddressBlocked], policy.Check("https://127.0.0.1:7400/").Reasons());
        Assert.True(policy.Check("https://127.0.0.1:7401/").IsAllowed);
    }
}
