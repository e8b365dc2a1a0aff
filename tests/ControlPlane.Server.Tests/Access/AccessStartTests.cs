using ControlPlane.Server.Access;
using ControlPlane.Server.Tests.Administration;
using ControlPlane.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Access;

/// <summary>What access does while a server starts and stops.</summary>
public sealed class AccessStartTests : IDisposable
{
    private readonly FakeAccessStore _store = new();
    private readonly StringWriter _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task Start_NewStore_PrintsTheKeyAndItsUseIsStoredAtStop()
    {
        string keyId;
        await using (var server = await StartAsync(null))
        {
            var secret = _output.ToString().TrimEnd().Split('\n')[^1];
            var key = server.Services.GetRequiredService<ApiKeys>();
            keyId = (await key.AuthenticateAsync(ApiKeyHash.Of(secret), TestContext.Current.CancellationToken)).KeyId;
            Assert.DoesNotContain(server.Log.Entries, entry => entry.Text.Contains(secret, StringComparison.Ordinal));
        }

        Assert.Equal(keyId, Assert.Single(Assert.Single(_store.Touches)).Key);
    }

    [Fact]
    public async Task Start_WrongBootstrapKey_StopsWithOneLineBeforeAnythingIsMade()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync("cpk_short"));
        Assert.StartsWith("ControlPlane:Access:BootstrapKey: ", Assert.Single(failure.Failures), StringComparison.Ordinal);
        Assert.Empty(_store.Keys);
        Assert.Equal("", _output.ToString());
    }

    private Task<TestServer> StartAsync(string? bootstrapKey) => TestServer.StartAsync(
        builder =>
        {
            builder.Configuration.AddInMemoryCollection([new("ControlPlane:Access:BootstrapKey", bootstrapKey)]);
            builder.Services
                .AddSingleton<IAccessStore>(_store)
                .AddSingleton<ISignals>(new FakeSignals())
                .AddSingleton<IdSource>()
                .AddSingleton(new OperatorOutput(_output))
                .AddAccess(builder.Configuration);
        },
        app => Assert.NotNull(app.Services.GetRequiredService<AccessRules>()));
}
