using Grpc.Core;

namespace ControlPlane.Server.Doors;

/// <summary>What a service is told of a call that came through a door.</summary>
internal sealed class DoorCall : ServerCallContext
{
    private readonly HttpContext _context;

    /// <param name="context">The request, whose caller was let in.</param>
    /// <param name="method">The method's name as gRPC has it, <c>/package.Service/Method</c>.</param>
    public DoorCall(HttpContext context, string method)
    {
        _context = context;
        MethodCore = method;
        // Where gRPC's extension GetHttpContext looks in a context that is not the library's own.
        context.Items["__HttpContext"] = context;
    }

    protected override string MethodCore { get; }

    protected override string HostCore => _context.Request.Host.Value ?? "";

    protected override string PeerCore => $"{_context.Connection.RemoteIpAddress}:{_context.Connection.RemotePort}";

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override Metadata RequestHeadersCore { get; } = [];

    protected override CancellationToken CancellationTokenCore => _context.RequestAborted;

    protected override Metadata ResponseTrailersCore { get; } = [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore { get; } = new(null, []);

    protected override IDictionary<object, object> UserStateCore => _context.Items!;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException();

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
}
