namespace ControlPlane.Storage.Postgres;

/// <summary>What callers can name an event by, and find it again by.</summary>
internal static class EventNames
{
    public const short Id = 1;
    public const short IdempotencyKey = 2;

    /// <summary>The names that the caller chose: the key, and the id of an event that carries a fingerprint.</summary>
    public static IEnumerable<(short Kind, string Name)> Of(StagedEvent added)
    {
        if (added.Fingerprint is not null)
        {
            yield return (Id, added.Event.Id);
        }

        if (added.Event.IdempotencyKey.Length > 0)
        {
            yield return (IdempotencyKey, added.Event.IdempotencyKey);
        }
    }
}
