using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Deliveries as documents. Names of fields are short, since every document has them.</summary>
internal static class DeliveryFormat
{
    /// <summary>What lists and sweeps look at before they read a document in full.</summary>
    public static BsonExpression Facts { get; } = BsonExpression.Create("{_id: $._id, s: $.s, ts: $.ts, ws: $.ws, y: $.y, n: $.n, c: $.c, u: $.u, rv: $.rv, es: $.es, d: $.d, sc: $.sc, lf: $.lf}");

    public static BsonDocument Write(StoredDelivery stored)
    {
        var delivery = stored.Delivery;
        var document = new BsonDocument
        {
            ["_id"] = stored.Seq,
            ["s"] = (int)delivery.State,
            ["ts"] = stored.Tenant,
            ["ws"] = stored.Webhook,
            ["es"] = stored.Event,
            ["c"] = delivery.CreateTime.ToBson(),
            ["u"] = delivery.UpdateTime.ToBson(),
            ["rv"] = delivery.Revision,
            ["y"] = delivery.EventType,
            ["id"] = delivery.Id,
            ["e"] = delivery.EventId,
            ["w"] = delivery.WebhookId,
            ["t"] = delivery.TenantId,
            ["g"] = (int)delivery.Trigger,
            ["fn"] = delivery.Fence,
        };
        if (Keys(stored) is { Count: > 0 } keys)
        {
            document[DocumentStore.Keys] = keys;
        }

        document.SetNumber("ki", stored.HasIdKey ? 1 : 0);
        document.SetNumber("kl", stored.HasLeaseKey ? 1 : 0);
        document.SetNumber("lt", stored.IsLater ? 1 : 0);
        document.SetText("n", delivery.Instance);
        document.SetText("o", delivery.OrderingKey);
        document.SetNumber("x", (int)delivery.EndReason);
        document.SetNumber("ac", delivery.AttemptCount);
        document.SetNumber("ra", delivery.RoundAttempts);
        document.SetTime("rs", delivery.RoundStartTime == delivery.CreateTime ? null : delivery.RoundStartTime);
        document.SetTime("d", delivery.NextAttemptTime);
        document.SetNumber("sc", delivery.LastStatusCode);
        document.SetNumber("lf", (int)delivery.LastFailure);
        document.SetNumber("b", stored.Blocked ? 1 : 0);
        document.SetNumber("er", (int)stored.Erased);
        document.SetText("lo", stored.Owner);
        document.SetTime("lu", stored.LeaseUntil);
        if (stored.Line is { } line)
        {
            document["ln"] = line;
        }

        if (stored.Attempts.Count > 0)
        {
            document["a"] = new BsonArray(stored.Attempts.Select(WriteAttempt));
        }

        return document;
    }

    public static StoredDelivery Read(BsonDocument document) => new()
    {
        Seq = document.Seq(),
        Event = document.Long("es"),
        Webhook = document.Long("ws"),
        Tenant = document.Long("ts"),
        Line = document["ln"] is { IsNumber: true } line ? line.AsInt64 : null,
        Delivery = ReadRecord(document),
        HasIdKey = document.Int("ki") == 1,
        HasLeaseKey = document.Int("kl") == 1,
        IsLater = document.Int("lt") == 1,
        Blocked = document.Int("b") == 1,
        Erased = (EndReason)document.Int("er"),
        Owner = document.Text("lo"),
        LeaseUntil = document.TimeOrNull("lu"),
        Attempts = ReadAttempts(document),
        IsStored = true,
    };

    public static DeliveryRecord ReadRecord(BsonDocument document)
    {
        var created = document.Time("c");
        return new DeliveryRecord
        {
            Id = document.Text("id"),
            EventId = document.Text("e"),
            WebhookId = document.Text("w"),
            TenantId = document.Text("t"),
            EventType = document.Text("y"),
            Instance = document.Text("n"),
            OrderingKey = document.Text("o"),
            State = (DeliveryState)document.Int("s"),
            Trigger = (DeliveryTrigger)document.Int("g"),
            EndReason = (EndReason)document.Int("x"),
            AttemptCount = document.Int("ac"),
            RoundAttempts = document.Int("ra"),
            RoundStartTime = document.TimeOrNull("rs") ?? created,
            NextAttemptTime = document.TimeOrNull("d"),
            LastStatusCode = document.Int("sc"),
            LastFailure = (FailureKind)document.Int("lf"),
            Revision = document.Long("rv"),
            Fence = document.Long("fn"),
            CreateTime = created,
            UpdateTime = document.Time("u"),
        };
    }

    public static List<AttemptRecord> ReadAttempts(BsonDocument document) =>
        document["a"] is { IsArray: true } attempts ? [.. attempts.AsArray.Select(attempt => ReadAttempt(attempt.AsDocument))] : [];

    /// <summary>Returns what a delivery is found by in the state in which it is.</summary>
    private static BsonArray Keys(StoredDelivery stored)
    {
        var delivery = stored.Delivery;
        var keys = new BsonArray();
        if (stored.HasIdKey)
        {
            keys.Add(Key.Of(KeyKind.Id, delivery.Id));
        }

        if (stored.HasLeaseKey)
        {
            keys.Add(Key.Of(KeyKind.Leased, stored.Seq));
        }

        if (stored.IsLater)
        {
            keys.Add(Key.Of(KeyKind.LaterOfEvent, stored.Event, stored.Seq));
            keys.Add(Key.Of(KeyKind.LaterOfTenant, stored.Tenant, stored.Seq));
            keys.Add(Key.Of(KeyKind.Later, stored.Seq));
        }

        var due = delivery.NextAttemptTime?.ToMicroseconds() ?? 0;
        if (stored is { Blocked: true, Line: { } line })
        {
            keys.Add(Key.Of(KeyKind.Blocked, stored.Webhook, line, stored.Seq));
        }
        else if (!delivery.Ended)
        {
            if (delivery.State != DeliveryState.InFlight)
            {
                keys.Add(Key.Of(KeyKind.Waiting, stored.Webhook, due, stored.Seq));
            }

            if (stored.Line is { } open)
            {
                keys.Add(Key.Of(KeyKind.InLine, stored.Webhook, open, (int)delivery.State, due, stored.Seq));
            }
        }
        else if (delivery.State == DeliveryState.Dead)
        {
            keys.Add(Key.Of(KeyKind.DeadOfWebhook, stored.Webhook, stored.Seq));
            keys.Add(Key.Of(KeyKind.Dead, stored.Seq));
        }

        return keys;
    }

    private static BsonDocument WriteAttempt(AttemptRecord attempt)
    {
        var document = new BsonDocument { ["b"] = attempt.StartTime.ToBson() };
        document.SetNumber("n", attempt.Number);
        document.SetNumber("g", (int)attempt.Trigger);
        document.SetNumber("d", attempt.Duration.Ticks / TimeSpan.TicksPerMicrosecond);
        document.SetNumber("s", attempt.StatusCode);
        document.SetNumber("f", (int)attempt.Failure);
        document.SetText("m", attempt.Message);
        document.SetText("r", attempt.RemoteAddress);
        document.SetText("x", attempt.ResponseExcerpt);
        return document;
    }

    private static AttemptRecord ReadAttempt(BsonDocument document) => new(
        document.Int("n"),
        (DeliveryTrigger)document.Int("g"),
        document.Time("b"),
        TimeSpan.FromMicroseconds(document.Long("d")),
        document.Int("s"),
        (FailureKind)document.Int("f"),
        document.Text("m"),
        document.Text("r"),
        document.Text("x"));
}
