namespace ControlPlane.Egress;

/// <summary>The one way out: sends a request over the shared, guarded connection pool.</summary>
internal sealed class EgressInvoker(EgressHandlerFactory factory) : HttpMessageInvoker(factory.Create(), disposeHandler: true);
