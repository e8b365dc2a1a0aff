namespace ControlPlane.Storage;

/// <summary>One page of a list, newest first.</summary>
/// <param name="Items">What it holds; can be fewer than asked for, even none, before the last page.</param>
/// <param name="Next">The position to go on before, or null on the last page. Positions are stable while rows are added.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, long? Next)
{
    /// <summary>
    /// The position of each item, so that lists can be merged into one. Lists of deliveries tell them, which can be asked for by webhook.
    /// </summary>
    public IReadOnlyList<long> Positions { get; init; } = [];
}
