using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>API keys as documents.</summary>
internal static class KeyDocuments
{
    /// <summary>The number that stands for the platform where others have their tenant's.</summary>
    private const long Platform = 0;

    public static bool Create(WriteSession session, ApiKeyRecord key)
    {
        var tenant = Platform;
        if (key.TenantId is { } tenantId)
        {
            if (TenantRef.FindLive(session.Stored, tenantId) is not { } found)
            {
                return false;
            }

            tenant = found.Seq;
        }

        Insert(session, tenant, key);
        return true;
    }

    public static void Insert(WriteSession session, long tenant, ApiKeyRecord key)
    {
        session.Stored.Insert(Collections.ApiKeys, [Write(++session.Counters.Seq, tenant, key)]);
        session.NoteSize();
    }

    public static ApiKeyRecord? Find(DocumentStore documents, string id) => ReadOrNull(FindDocument(documents, id));

    public static ApiKeyRecord? Find(DocumentStore documents, byte[] hash) =>
        ReadOrNull(documents.FindByKey(Collections.ApiKeys, Key.Of(KeyKind.Hash, hash)));

    public static Page<ApiKeyRecord> List(DocumentStore documents, string? tenantId, long? before, int limit)
    {
        if (tenantId is null)
        {
            return FullPage.Read(documents.Before(Collections.ApiKeys, before), limit, Read);
        }

        return TenantRef.Find(documents, tenantId) is { } tenant
            ? FullPage.Read(documents.OfTenant(Collections.ApiKeys, tenant.Seq, before), limit, Read)
            : new Page<ApiKeyRecord>([], null);
    }

    /// <summary>Counts valid keys of a tenant in the order in which they expire.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="after">The key to go on after; for the first ones the time by which keys have expired.</param>
    /// <param name="most">How many to count at most.</param>
    public static (int Count, (long Expire, long Seq) Last) CountValid(
        DocumentStore documents, string tenantId, (long Expire, long Seq) after, int most)
    {
        if (TenantRef.Find(documents, tenantId) is not { } tenant)
        {
            return (0, after);
        }

        var (count, last) = (0, after);
        using var rows = documents.WithinKeys(
            Collections.ApiKeys, Key.Of(KeyKind.Valid, tenant.Seq, after.Expire, after.Seq + 1), Key.Of(KeyKind.Valid, tenant.Seq, long.MaxValue, long.MaxValue));
        while (count < most && rows.Step())
        {
            (count, last) = (count + 1, (ExpiryOf(rows.Current), rows.Current[DocumentStore.Id].AsInt64));
        }

        return (count, last);
    }

    /// <summary>Has all valid keys found by that, and no others, whatever earlier versions left.</summary>
    public static void SetAllValid(DocumentStore documents)
    {
        var some = new List<BsonDocument>();
        for (var from = 0L; ; from = some[^1][DocumentStore.Id].AsInt64 + 1)
        {
            some.Clear();
            using (var rows = documents.Within(Collections.ApiKeys, from, long.MaxValue))
            {
                while (some.Count < ReadBounds.LookAtMost && rows.Step())
                {
                    some.Add(rows.Current);
                }
            }

            if (some.Count == 0)
            {
                return;
            }

            foreach (var document in some)
            {
                var tenantId = document.Text("tenant_id");
                ClearValid(document);
                if ((tenantId.Length > 0 ? TenantRef.Find(documents, tenantId)?.Seq : Platform) is { } tenant)
                {
                    SetValid(document, tenant);
                }
            }

            documents.Update(Collections.ApiKeys, some);
        }
    }

    public static bool AnyOfPlatform(DocumentStore documents)
    {
        using var rows = documents.OfTenant(Collections.ApiKeys, Platform, null);
        return rows.Step();
    }

    public static ApiKeyRecord? Revoke(WriteSession session, string id, DateTimeOffset now, AuditRecord audit)
    {
        if (FindDocument(session.Stored, id) is not { } document)
        {
            return null;
        }

        var revoked = Revoke(session, document, now);
        return AuditDocuments.Log(session, Read(document), _ => revoked, audit);
    }

    public static void RevokeAll(WriteSession session, long tenant, DateTimeOffset now)
    {
        var all = new List<BsonDocument>();
        using (var rows = session.Stored.OfTenant(Collections.ApiKeys, tenant, null))
        {
            while (rows.Step())
            {
                all.Add(rows.Current);
            }
        }

        all.ForEach(document => Revoke(session, document, now));
    }

    public static int Touch(WriteSession session, IReadOnlyDictionary<string, DateTimeOffset> lastUse)
    {
        foreach (var (id, time) in lastUse)
        {
            if (FindDocument(session.Stored, id) is { } document && !(document.TimeOrNull("last_use_time") >= time))
            {
                document.SetTime("last_use_time", time);
                Save(session, document);
            }
        }

        return lastUse.Count;
    }

    private static bool Revoke(WriteSession session, BsonDocument document, DateTimeOffset now)
    {
        if (document.TimeOrNull("revoke_time") is not null)
        {
            return false;
        }

        document.SetTime("revoke_time", now);
        ClearValid(document);
        Save(session, document);
        return true;
    }

    private static void Save(WriteSession session, BsonDocument document)
    {
        session.Stored.Update(Collections.ApiKeys, [document]);
        session.NoteSize();
    }

    /// <summary>When it expires as its keys say it: one that never does comes last.</summary>
    private static long ExpiryOf(BsonDocument document) => document.TimeOrNull("expire_time")?.ToMicroseconds() ?? long.MaxValue;

    private static void SetValid(BsonDocument document, long tenant)
    {
        if (document.TimeOrNull("revoke_time") is null)
        {
            document[DocumentStore.Keys].AsArray.Add(Key.Of(KeyKind.Valid, tenant, ExpiryOf(document), document[DocumentStore.Id].AsInt64));
        }
    }

    private static void ClearValid(BsonDocument document) => document[DocumentStore.Keys] =
        new BsonArray(document[DocumentStore.Keys].AsArray.Where(key => key.AsBinary[0] != (byte)KeyKind.Valid));

    private static BsonDocument? FindDocument(DocumentStore documents, string id) => documents.FindByKey(Collections.ApiKeys, Key.Of(KeyKind.Id, id));

    private static ApiKeyRecord? ReadOrNull(BsonDocument? document) => document is null ? null : Read(document);

    private static BsonDocument Write(long seq, long tenant, ApiKeyRecord key)
    {
        var document = new BsonDocument
        {
            ["_id"] = seq,
            [DocumentStore.Keys] = new BsonArray { Key.Of(KeyKind.Id, key.Id), Key.Of(KeyKind.Hash, key.Hash), Key.Of(KeyKind.OfTenant, tenant, seq) },
            ["id"] = key.Id,
            ["hash"] = key.Hash,
            ["name"] = key.Name,
            ["scopes"] = new BsonArray(key.Scopes.Select(scope => new BsonValue(scope))),
            ["create_time"] = key.CreateTime.ToBson(),
        };
        document.SetText("tenant_id", key.TenantId ?? "");
        document.SetTime("expire_time", key.ExpireTime);
        document.SetTime("revoke_time", key.RevokeTime);
        document.SetTime("last_use_time", key.LastUseTime);
        SetValid(document, tenant);
        return document;
    }

    public static ApiKeyRecord Read(BsonDocument document) => new()
    {
        Id = document.Text("id"),
        TenantId = document.Text("tenant_id") is { Length: > 0 } tenant ? tenant : null,
        Hash = document["hash"].AsBinary,
        Name = document.Text("name"),
        Scopes = [.. document["scopes"].AsArray.Select(scope => scope.AsString)],
        CreateTime = document.Time("create_time"),
        ExpireTime = document.TimeOrNull("expire_time"),
        RevokeTime = document.TimeOrNull("revoke_time"),
        LastUseTime = document.TimeOrNull("last_use_time"),
    };
}
