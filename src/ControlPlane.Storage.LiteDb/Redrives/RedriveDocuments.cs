using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>A redrive with what only the engine knows of it.</summary>
internal sealed record StoredRedrive(long Seq, long Tenant, RedriveRecord Redrive, RedriveScope Scope, long Position);

/// <summary>Redrives as documents.</summary>
internal static class RedriveDocuments
{
    /// <summary>The number that stands for every tenant.</summary>
    private const long EveryTenant = 0;

    public static RedriveRecord? Create(WriteSession session, RedriveRecord redrive, RedriveScope scope)
    {
        var tenant = EveryTenant;
        if (redrive.Filter.TenantId is { } tenantId)
        {
            if (TenantRef.FindLive(session.Stored, tenantId) is not { } found)
            {
                return null;
            }

            tenant = found.Seq;
        }

        var created = redrive with { State = RedriveState.Running, Matched = scope.Count, Retried = 0, Skipped = 0, UpdateTime = redrive.CreateTime };
        Insert(session, new StoredRedrive(++session.Counters.Seq, tenant, created, scope, 0));
        return Find(session.Stored, redrive.Id)!.Redrive;
    }

    public static void Insert(WriteSession session, StoredRedrive redrive)
    {
        session.Stored.Insert(Collections.Redrives, [Write(redrive)]);
        session.NoteSize();
    }

    public static void Save(WriteSession session, StoredRedrive redrive)
    {
        session.Stored.Update(Collections.Redrives, [Write(redrive)]);
        session.NoteSize();
    }

    public static StoredRedrive? Find(DocumentStore documents, string id) =>
        documents.FindByKey(Collections.Redrives, Key.Of(KeyKind.Id, id)) is { } document ? Read(document) : null;

    public static Page<RedriveRecord> List(DocumentStore documents, string? tenantId, long? before, int limit)
    {
        if (tenantId is null)
        {
            return FullPage.Read(documents.Before(Collections.Redrives, before), limit, document => Read(document).Redrive);
        }

        return TenantRef.Find(documents, tenantId) is { } tenant
            ? FullPage.Read(documents.OfTenant(Collections.Redrives, tenant.Seq, before), limit, document => Read(document).Redrive)
            : new Page<RedriveRecord>([], null);
    }

    public static IReadOnlyList<RedriveRecord> ListRunning(DocumentStore documents)
    {
        var found = new List<RedriveRecord>();
        using var rows = documents.WithinKeys(
            Collections.Redrives, Key.Of(KeyKind.Running, long.MinValue), Key.Of(KeyKind.Running, long.MaxValue));
        while (rows.Step())
        {
            found.Add(Read(rows.Current).Redrive);
        }

        return found;
    }

    private static BsonDocument Write(StoredRedrive stored)
    {
        var redrive = stored.Redrive;
        return new BsonDocument
        {
            ["_id"] = stored.Seq,
            [DocumentStore.Keys] = new BsonArray
            {
                Key.Of(KeyKind.Id, redrive.Id),
                Key.Of(KeyKind.OfTenant, stored.Tenant, stored.Seq),
                redrive.State == RedriveState.Running
                    ? Key.Of(KeyKind.Running, stored.Seq)
                    : Key.Of(KeyKind.Gone, redrive.UpdateTime.ToMicroseconds(), stored.Seq),
            },
            ["id"] = redrive.Id,
            ["tenant"] = stored.Tenant,
            ["state"] = (int)redrive.State,
            ["terms"] = Nested.Write(new RedriveTerms(redrive.Filter, redrive.MaxRatePerSecond, redrive.Replay), Json.Default.RedriveTerms),
            ["revision"] = stored.Scope.Revision,
            ["end"] = stored.Scope.End,
            ["position"] = stored.Position,
            ["matched"] = redrive.Matched,
            ["retried"] = redrive.Retried,
            ["skipped"] = redrive.Skipped,
            ["create_time"] = redrive.CreateTime.ToBson(),
            ["update_time"] = redrive.UpdateTime.ToBson(),
        };
    }

    public static StoredRedrive Read(BsonDocument document)
    {
        var terms = Nested.Read(document["terms"], Json.Default.RedriveTerms);
        var redrive = new RedriveRecord
        {
            Id = document.Text("id"),
            Filter = terms.Filter,
            Replay = terms.Replay,
            MaxRatePerSecond = terms.MaxRatePerSecond,
            State = (RedriveState)document.Int("state"),
            Matched = document.Int("matched"),
            Retried = document.Int("retried"),
            Skipped = document.Int("skipped"),
            CreateTime = document.Time("create_time"),
            UpdateTime = document.Time("update_time"),
        };
        return new StoredRedrive(
            document.Seq(),
            document.Long("tenant"),
            redrive,
            new RedriveScope(redrive.Matched, document.Long("revision"), document.Long("end")),
            document.Long("position"));
    }
}
