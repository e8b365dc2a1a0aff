namespace ControlPlane.Server.Telemetry;

/// <summary>Marks an endpoint that must not be reached through the gRPC listener.</summary>
internal sealed class HttpListenerOnly
{
    public static readonly HttpListenerOnly Instance = new();

    private HttpListenerOnly() { }
}
