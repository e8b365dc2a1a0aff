namespace ControlPlane.Egress.Connecting;

/// <summary>
/// Goes with a request to the connection that is made for it, and ends what the handler would carry on: it lets an attempt to
/// connect outlive the request by seconds, in the hope that another request can use it.
/// </summary>
/// <param name="owner">Whose request it is.</param>
/// <param name="token">Cancelled when the request has to be over.</param>
internal sealed class AttemptDeadline(string owner, CancellationToken token)
{
    private static readonly HttpRequestOptionsKey<AttemptDeadline> Key = new("ControlPlane.AttemptDeadline");

    private readonly Lock _lock = new();
    private CancellationTokenRegistration _closing;

    public CancellationToken Token => token;

    /// <summary>Whose look-ups its connections take.</summary>
    public string Owner => owner;

    /// <summary>Whether a connection was made for the request.</summary>
    public bool HasConnected { get; private set; }

    public static void Set(HttpRequestMessage request, string owner, CancellationToken token) =>
        request.Options.Set(Key, new AttemptDeadline(owner, token));

    /// <summary>What a request carries; null for one that has no deadline of its own.</summary>
    public static AttemptDeadline? Of(HttpRequestMessage request) => request.Options.TryGetValue(Key, out var deadline) ? deadline : null;

    /// <summary>From here to <see cref="Established"/> the connection is closed when time is up: the TLS handshake is under way.</summary>
    public void Connected(Stream connection)
    {
        lock (_lock)
        {
            HasConnected = true;
            _closing = token.UnsafeRegister(static stream => ((Stream)stream!).Dispose(), connection);
        }
    }

    /// <summary>The connection may serve other requests too, so it is no longer this one's.</summary>
    public void Established()
    {
        lock (_lock)
        {
            // With a proxy this is all that is seen of the connection.
            HasConnected = true;
            _closing.Unregister();
        }
    }
}
