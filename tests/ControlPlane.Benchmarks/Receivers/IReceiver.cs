using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Receivers;

/// <summary>An HTTPS endpoint in a process of its own that answers 204 to everything, as fast as it can.</summary>
internal interface IReceiver : IAsyncDisposable
{
    /// <summary>What it is, with its version.</summary>
    string Description { get; }

    /// <summary>Where it receives.</summary>
    string Url { get; }

    /// <summary>Who signed its certificate.</summary>
    TestAuthority Certificates { get; }

    /// <summary>How many requests it has got so far.</summary>
    Task<long> CountAsync(CancellationToken cancellationToken);
}
