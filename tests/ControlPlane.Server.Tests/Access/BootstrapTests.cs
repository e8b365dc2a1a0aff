using ControlPlane.Server.Access;
using ControlPlane.Server.Tests.Administration;
using ControlPlane.Storage;
using ControlPlane.Testing;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Access;

public sealed class BootstrapTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly FakeAccessStore _store = new();
    private readonly StringWriter _output = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task Starting_NewStore_MakesOneKeyAndPrintsItOnce()
    {
        await StartAsync(null);
        await StartAsync(null);

        var lines = _output.ToString().TrimEnd().Split('\n', StringSplitOptions.TrimEntries);
        Assert.Equal(2, lines.Length);
        var stored = Assert.Single(_store.Keys);
        Assert.Contains(stored.Id, lines[0], StringComparison.Ordinal);
        Assert.Matches("^cpk_[A-Za-z0-9_-]{43}$", lines[1]);
        var caller = await Keys(null).AuthenticateAsync(ApiKeyHash.Of(lines[1]), Cancelled);
        Assert.True(caller.IsPlatform);
        Assert.Superset(Scopes.All.ToHashSet(), caller.Scopes.ToHashSet());
    }

    [Fact]
    public async Task Starting_KeyRevokedSince_MakesNoOther()
    {
        await StartAsync(null);
        await _store.RevokeKeyAsync(_store.Keys.Single().Id, _clock.GetUtcNow(), Cancelled);
        await StartAsync(null);
        Assert.Single(_store.Keys);
    }

    [Fact]
    public async Task Starting_KeyConfigured_NothingStoredOrPrintedAndTheKeyWorks()
    {
        var key = "cpk_" + new string('k', 28);
        await StartAsync(key);
        Assert.Empty(_store.Keys);
        Assert.Equal("", _output.ToString());
        var caller = await Keys(key).AuthenticateAsync(ApiKeyHash.Of(key), Cancelled);
        Assert.Equal((ApiKeys.BootstrapKeyId, true), (caller.KeyId, caller.IsPlatform));
        Assert.Equal(0, _store.Finds);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("cpk_5678901234567890123456789012", true)]
    [InlineData("cpk_567890123456789012345678901", false)]
    [InlineData("xpk_5678901234567890123456789012", false)]
    [InlineData("cpk_56789012345678901234567890 2", false)]
    [InlineData("cpk_5678901234567890123456789ü12", false)]
    public void Validate_BootstrapKey_OneLineThatNamesTheSettingNotTheKey(string? key, bool accepted)
    {
        var result = new AccessOptionsValidator().Validate(null, new() { BootstrapKey = key });
        Assert.Equal(accepted, result.Succeeded);
        if (!accepted)
        {
            var line = Assert.Single(result.Failures!);
            Assert.StartsWith("ControlPlane:Access:BootstrapKey: ", line, StringComparison.Ordinal);
            Assert.DoesNotContain(key!, line, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', line);
        }
    }

    [Fact]
    public void Hash_OfAnyLength_IsSha256()
    {
        foreach (var key in (string[])["", "cpk_x", new('k', 170), new('k', 171), new('ü', 5_000)])
        {
            var expected = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key));
            Assert.Equal(expected, ApiKeyHash.Of(key).ToBytes());
        }
    }

    private static IOptions<AccessOptions> With(string? key) => Options.Create(new AccessOptions { BootstrapKey = key });

    private ApiKeys Keys(string? key) => new(_store, new ApiKeyUse(_store), new FakeSignals(), _clock, With(key));

    private Task StartAsync(string? key) =>
        new BootstrapKeyService(_store, new IdSource(_clock), _clock, With(key), new(_output)).StartingAsync(Cancelled);
}
