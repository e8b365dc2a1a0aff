namespace Grpc.Core;

/// <summary>
/// What every kind of call object hands out besides its messages. The functions take a state object so that a transport can
/// share static ones between calls.
/// </summary>
internal readonly struct CallState(
    Func<object, Task<Metadata>> responseHeaders,
    Func<object, Status> status,
    Func<object, Metadata> trailers,
    Action<object> dispose,
    object state)
{
    public CallState(Task<Metadata> responseHeaders, Func<Status> status, Func<Metadata> trailers, Action dispose)
        : this(
            static own => ((Captured)own).ResponseHeaders,
            static own => ((Captured)own).Status(),
            static own => ((Captured)own).Trailers(),
            static own => ((Captured)own).Dispose(),
            new Captured(responseHeaders, status, trailers, dispose))
    {
    }

    public Task<Metadata> ResponseHeadersAsync() => responseHeaders(state);

    public Status GetStatus() => status(state);

    public Metadata GetTrailers() => trailers(state);

    public void Dispose() => dispose(state);

    private sealed record Captured(
        Task<Metadata> ResponseHeaders, Func<Status> Status, Func<Metadata> Trailers, Action Dispose);
}
