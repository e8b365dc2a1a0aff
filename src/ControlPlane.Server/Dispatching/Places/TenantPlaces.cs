namespace ControlPlane.Server.Dispatching;

/// <summary>The places in memory that one tenant has. Guarded by the lock of <see cref="Places"/>.</summary>
internal sealed class TenantPlaces
{
    public int Taken { get; set; }
}
