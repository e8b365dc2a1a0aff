namespace ControlPlane.Storage.Transitions;

/// <summary>An event that was first under an id or an idempotency key.</summary>
/// <param name="Stored">Its position in the store, if it is there.</param>
/// <param name="Index">Its place in the request, if it is not.</param>
/// <param name="Fingerprint">What it was published with.</param>
public readonly record struct FirstEvent(long? Stored, int Index, byte[]? Fingerprint)
{
    /// <summary>Returns whether both are the same event.</summary>
    public bool IsSame(FirstEvent other) => Stored == other.Stored && Index == other.Index;

    /// <summary>Returns whether it was published with the same content. Without a fingerprint nothing is known to be the same.</summary>
    public bool Matches(byte[]? fingerprint) =>
        fingerprint is not null && Fingerprint is not null && fingerprint.AsSpan().SequenceEqual(Fingerprint);
}

/// <summary>Which event an append means when its id or idempotency key is known.</summary>
public static class DuplicateRules
{
    /// <summary>Returns the event that was first, which is the added one itself if neither name is known; null if one of its names
    /// belongs to a different event.</summary>
    public static FirstEvent? Resolve(FirstEvent? byId, FirstEvent? byKey, int index, byte[]? fingerprint)
    {
        if (byId is { } one && byKey is { } other && !one.IsSame(other))
        {
            return null;
        }

        return (byId ?? byKey) is not { } first ? new FirstEvent(null, index, fingerprint)
            : first.Matches(fingerprint) ? first
            : null;
    }
}
