using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Walks the webhooks that have deliveries waiting, by jumping from one to the next. It reads some at a time, as the writer waits for each
/// read.
/// </summary>
internal static class WaitingWalk
{
    private const int AtOnce = 16;

    /// <summary>Calls back for the first waiting delivery of every webhook that has some, with its facts.</summary>
    public static async Task RunAsync(LiteDbDatabase database, Action<DocumentStore, BsonDocument> take, CancellationToken cancellationToken)
    {
        for (long? next = 0; next is { } from;)
        {
            next = await database.ReadAsync(documents => Read(documents, from, take), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads those of some webhooks; returns the webhook to go on from, null if there are no more.</summary>
    private static long? Read(DocumentStore documents, long webhook, Action<DocumentStore, BsonDocument> take)
    {
        for (var i = 0; i < AtOnce; i++)
        {
            if (documents.FirstWithinKeys(
                Collections.Deliveries,
                Key.Of(KeyKind.Waiting, webhook, long.MinValue, long.MinValue),
                Key.Of(KeyKind.Waiting, long.MaxValue, long.MaxValue, long.MaxValue),
                select: DeliveryFormat.Facts) is not { } first)
            {
                return null;
            }

            take(documents, first);
            webhook = first.Long("ws") + 1;
        }

        return webhook;
    }
}
