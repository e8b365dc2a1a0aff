using Receivers;

namespace ControlPlane.Signing.Tests;

/// <summary>The receivers that the docs show, which use nothing of this library, against what it signs.</summary>
public sealed class ReceiverSampleTests
{
    private static readonly Dictionary<string, Func<string, Func<string, string?>, byte[], bool>> Receivers = new()
    {
        ["wachat"] = Wachat.Verify,
        ["gowa"] = Gowa.Verify,
        ["wawp"] = Wawp.Verify,
        ["wazapin"] = Wazapin.Verify,
        ["wahooks"] = WaHooks.Verify,
    };

    public static TheoryData<string> Names => [.. Receivers.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Verify_SignedNow_IsGenuine(string name) => Assert.True(Verify(name, Signed(name)));

    [Theory, MemberData(nameof(Names))]
    public void Verify_TwoSecrets_TakesTheNewestAndTheOlderWhereBothSign(string name)
    {
        const string Older = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
        var webhook = Signed(name, 0, Sample.WhsecSecret, Older);

        Assert.True(Verify(name, webhook));
        Assert.Equal(name == "wazapin", Verify(name, webhook, Older));
    }

    [Theory, MemberData(nameof(Names))]
    public void Verify_AnythingChanged_IsNot(string name)
    {
        var webhook = Signed(name);
        Assert.False(Verify(name, webhook, "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="));
        Assert.False(Verify(name, webhook with { Body = (byte[])[.. webhook.Body.Span, (byte)' '] }));
        Assert.False(Verify(name, webhook with { Headers = [] }));
    }

    [Theory]
    [InlineData("wachat")]
    [InlineData("wazapin")]
    [InlineData("wahooks")]
    public void Verify_OldOrEarly_IsNot(string name)
    {
        Assert.False(Verify(name, Signed(name, -310)));
        Assert.False(Verify(name, Signed(name, 310)));
    }

    private static SignedWebhook Signed(string name, int seconds = 0, params string[] secrets) => Sample.Sign(
        Sample.Dialect(name),
        Sample.Request with { Timestamp = TimeProvider.System.GetUtcNow().AddSeconds(seconds) },
        secrets.Length > 0 ? secrets : [Sample.WhsecSecret]);

    private static bool Verify(string name, SignedWebhook webhook, string secret = Sample.WhsecSecret) => Receivers[name](
        secret,
        header => webhook.Headers.Where(h => h.Key.Equals(header, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).SingleOrDefault(),
        webhook.Body.ToArray());
}
