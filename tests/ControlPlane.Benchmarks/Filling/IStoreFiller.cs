namespace ControlPlane.Benchmarks.Filling;

/// <summary>Puts deliveries with a past into a store whose server is stopped.</summary>
internal interface IStoreFiller : IAsyncDisposable
{
    /// <summary>Adds events of one tenant, at most a thousand at a time; answers their ids. All are there when this is disposed of.</summary>
    Task<IReadOnlyList<string>> AddAsync(string tenantId, IReadOnlyList<PastEvent> events, CancellationToken cancellationToken);
}
