namespace ControlPlane.Testing;

/// <summary>A test in a tenant of its own on the shared server, which must not log an error meanwhile.</summary>
public abstract class SharedServerTest(SharedServer shared) : IAsyncLifetime
{
    protected TestTenant Tenant { get; private set; } = null!;

    protected HttpsReceiver Receiver => shared.Receiver;

    protected ServerProcess Server => shared.Server;

    protected Clients Platform => shared.Platform;

    public virtual async ValueTask InitializeAsync() => Tenant = await TestTenant.CreateAsync(shared.Server);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Tenant?.Dispose();
        shared.Server.Log.AssertClean();
        return ValueTask.CompletedTask;
    }
}
