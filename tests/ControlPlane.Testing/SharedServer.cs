namespace ControlPlane.Testing;

/// <summary>One server and one receiver for all tests that leave them as they are; each test works in a tenant of its own.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    public HttpsReceiver Receiver { get; private set; } = null!;

    public ServerProcess Server { get; private set; } = null!;

    /// <summary>With the platform's key.</summary>
    public Clients Platform { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Receiver = await HttpsReceiver.StartAsync();
        Server = await ServerProcess.StartAsync(Receiver);
        Platform = Server.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        Platform?.Dispose();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        await Receiver.DisposeAsync();
    }
}
