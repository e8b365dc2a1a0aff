using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Access;

/// <summary>A server that takes the tokens of one issuer, whose keys are in a file.</summary>
public sealed class JwtServer : IAsyncLifetime
{
    private string _keys = "";

    internal TokenIssuer Issuer { get; } = new();

    public ServerProcess Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await ServerProcess.StartAsync(receiver: null, setup =>
    {
        _keys = setup.PathOf("keys.json");
        File.WriteAllText(_keys, Issuer.KeySet());
        setup.Settings["Access:Jwt:KeysFile"] = _keys;
        setup.Settings["Access:Jwt:Issuer"] = TokenIssuer.Issuer;
        setup.Settings["Access:Jwt:Audience"] = TokenIssuer.Audience;
    });

    /// <summary>Replaces the issuer's key, in the file too.</summary>
    public void Rotate()
    {
        Issuer.Rotate();
        File.WriteAllText(_keys, Issuer.KeySet());
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Issuer.Dispose();
    }
}
