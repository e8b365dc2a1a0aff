using ControlPlane.Server.Webhooks.Secrets;
using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Server.Tests.Webhooks.Secrets;

public sealed class SecretSealerTests
{
    private readonly SecretSealer _sealer = new(MasterKey.Generate());

    [Fact]
    public void Open_Sealed_GivesTheSecret() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>().Filter(s => !s.Get.Any(char.IsSurrogate)), secret =>
            _sealer.Open("wh_1", "sec_1", _sealer.Seal("wh_1", "sec_1", secret.Get)) == secret.Get).QuickCheckThrowOnFailure();

    [Fact]
    public void Seal_Twice_Differs()
    {
        var all = Enumerable.Range(0, 100).Select(_ => Convert.ToHexString(_sealer.Seal("wh_1", "sec_1", "secret"))).ToList();
        Assert.Equal(100, all.Distinct().Count());
        Assert.Equal(100, all.Select(text => text[2..26]).Distinct().Count());
    }

    [Theory]
    [InlineData("wh_2", "sec_1"), InlineData("wh_1", "sec_2"), InlineData("wh_1s", "ec_1"), InlineData("", "")]
    public void TryOpen_OtherOwner_False(string webhookId, string secretId)
    {
        var sealedSecret = _sealer.Seal("wh_1", "sec_1", "secret");
        Assert.False(_sealer.TryOpen(webhookId, secretId, sealedSecret, out var secret));
        Assert.Null(secret);
    }

    [Fact]
    public void TryOpen_OtherMasterKey_False() =>
        Assert.False(new SecretSealer(MasterKey.Generate()).TryOpen("wh_1", "sec_1", _sealer.Seal("wh_1", "sec_1", "secret"), out _));

    [Fact]
    public void TryOpen_SameMasterKey_OpensAfterRestart()
    {
        var key = MasterKey.Generate();
        var sealedSecret = new SecretSealer(key).Seal("wh_1", "sec_1", "secret");
        Assert.True(MasterKey.TryParse(key.Export(), out var again));
        Assert.Equal("secret", new SecretSealer(again).Open("wh_1", "sec_1", sealedSecret));
    }

    [Fact]
    public void TryOpen_AnyDamage_False()
    {
        var sealedSecret = _sealer.Seal("wh_1", "sec_1", "secret");
        for (var i = 0; i < sealedSecret.Length; i++)
        {
            byte[] damaged = [.. sealedSecret];
            damaged[i] ^= 1;
            Assert.False(_sealer.TryOpen("wh_1", "sec_1", damaged, out _));
            Assert.False(_sealer.TryOpen("wh_1", "sec_1", sealedSecret.AsSpan(0, i), out _));
        }
    }

    [Fact]
    public void Open_OtherMasterKey_NamesTheSettingAndNoSecret()
    {
        var failure = Assert.Throws<SecretUnreadableException>(() =>
            new SecretSealer(MasterKey.Generate()).Open("wh_1", "sec_1", _sealer.Seal("wh_1", "sec_1", "my secret")));
        Assert.Contains("ControlPlane:Secrets:MasterKey", failure.Message, StringComparison.Ordinal);
        Assert.Contains("wh_1", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("my secret", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void Fingerprint_DependsOnContentAndKey()
    {
        var key = MasterKey.Generate();
        var fingerprint = new ContentFingerprint(key).Of("a"u8);
        Assert.Equal(fingerprint, new ContentFingerprint(key).Of("a"u8));
        Assert.NotEqual(fingerprint, new ContentFingerprint(key).Of("b"u8));
        Assert.NotEqual(fingerprint, new ContentFingerprint(MasterKey.Generate()).Of("a"u8));
    }
}
