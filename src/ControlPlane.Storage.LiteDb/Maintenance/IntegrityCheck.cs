using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Looks for damage: holds every page of the data file against its checksum, then walks every collection, reads every document in full
/// and looks for it by each of its keys. It goes in short steps, so that neither reads nor writes wait for it.
/// </summary>
internal sealed class IntegrityCheck(LiteDbDatabase database)
{
    private const int AtOnce = 200;
    private const int FindingsAtMost = 100;
    private readonly List<string> _findings = [];

    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        await Task.Run(() => ReadPages(cancellationToken), cancellationToken).ConfigureAwait(false);
        if (_findings.Count > 0)
        {
            return _findings;
        }

        foreach (var collection in Collections.All)
        {
            BsonValue? position = BsonValue.MinValue;
            while (position is not null && _findings.Count < FindingsAtMost)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var from = position;
                position = await database.ReadAsync(documents => Walk(documents, collection, from), cancellationToken).ConfigureAwait(false);
            }
        }

        return _findings;
    }

    private static bool IsMissed(DocumentStore documents, string collection, BsonDocument document) => collection switch
    {
        Collections.Events => EventIds.Find(documents, document.Long("ts"), document.Text("id"))?.Seq() != document.Seq(),
        Collections.Deliveries => DeliveryIds.Find(documents, document.Text("id"))?.Seq() != document.Seq()
            || Changes.After(documents, document.Long("rv") - 1).FirstOrDefault() is var change && change.Delivery != document.Seq(),
        _ => false,
    };

    private void ReadPages(CancellationToken cancellationToken)
    {
        using var held = database.Checkpointer.Hold();
        database.Data.Check(
            found =>
            {
                if (_findings.Count < FindingsAtMost)
                {
                    _findings.Add(found.Message);
                }

                return false;
            },
            cancellationToken);
    }

    /// <summary>Reads on from a position; returns where to go on, or null at the end.</summary>
    private BsonValue? Walk(DocumentStore documents, string collection, BsonValue from)
    {
        try
        {
            using var rows = documents.Within(collection, from, BsonValue.MaxValue);
            for (var read = 0; rows.Step(); read++)
            {
                if (read == AtOnce)
                {
                    return rows.Current[DocumentStore.Id];
                }

                Check(documents, collection, rows.Current);
            }
        }
        catch (Exception found) when (found is not (OperationCanceledException or StorageUnavailableException or IOException))
        {
            _findings.Add($"{collection} cannot be read on from {from}: {LiteDbFaults.Describe(found)}");
        }

        return null;
    }

    private void Check(DocumentStore documents, string collection, BsonDocument document)
    {
        var id = document[DocumentStore.Id];
        if (documents.Find(collection, id) is null)
        {
            _findings.Add($"{id} of {collection} is not found by its id");
        }

        if (IsMissed(documents, collection, document))
        {
            _findings.Add($"{id} of {collection} is not found by its id or its revision");
        }

        foreach (var key in document[DocumentStore.Keys] is { IsArray: true } keys ? keys.AsArray : [])
        {
            using var rows = documents.WithinKeys(collection, key, key);
            var found = false;
            while (!found && rows.Step())
            {
                found = rows.Current[DocumentStore.Id] == id;
            }

            if (!found)
            {
                _findings.Add($"{id} of {collection} is not found by one of its keys");
            }
        }
    }
}
