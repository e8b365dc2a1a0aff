namespace ControlPlane.CrashTests.Points;

/// <summary>Every marked point, in the order of an event's way, with the range in which it is counted.</summary>
internal static class KillPoints
{
    private const string Publishes = "INSERT INTO events";
    private const string Records = "INSERT INTO attempts";
    private const string Changes = "UPDATE webhooks SET external_id";
    private const string Deletions = "UPDATE webhooks SET delete_time";
    private const string LiteDb = "RuntimeEvent|ControlPlane-Storage-LiteDb/";
    private const string Log = "|log";
    private const string Sums = "|sums";
    private const string Data = "|data";

    private static readonly IReadOnlyList<Func<Random, KillPoint>> OfLiteDb =
    [
        Inside("publish run, not committed", LiteDb + "Committing|", 10, 200),
        Inside("committed, nobody told", LiteDb + "Committed|", 10, 200),
        Inside("log write due", LiteDb + "Writing" + Log, 20, 300),
        Inside("log half written", LiteDb + "HalfWritten" + Log, 20, 300),
        Inside("log written, not synced", LiteDb + "Syncing" + Log, 10, 200),
        Inside("log synced, commit not done", LiteDb + "Synced" + Log, 10, 200),
        Inside("log about to be cut", LiteDb + "Cutting|", 2, 2, checkpoint: true),
        Inside("log cut", LiteDb + "Cut|", 2, 2, checkpoint: true),
        Inside("checksums half written", LiteDb + "HalfWritten" + Sums, 2, 3, checkpoint: true),
        Inside("checksums synced, log not cut", LiteDb + "Synced" + Sums, 2, 3, checkpoint: true),
        Inside("data write due", LiteDb + "Writing" + Data, 1, 300, checkpoint: true),
        Inside("data half written", LiteDb + "HalfWritten" + Data, 1, 300, checkpoint: true),
        Inside("data written, not synced", LiteDb + "Syncing" + Data, 1, 3, checkpoint: true),
        Inside("data synced, checksums not", LiteDb + "Synced" + Data, 1, 3, checkpoint: true),
        Inside("first transaction after the start", LiteDb + "Committing|", 1, 3),
        Inside("first writes after the start", LiteDb + "HalfWritten" + Log, 1, 8),
    ];

    public static IReadOnlyList<Func<Random, KillPoint>> All { get; } =
    [
        // Publishing.
        Seen("publish sent", 10, 150),
        Inside("publish call begun", "RuntimeEvent|Grpc.AspNetCore.Server/CallStart|PublishEvent", 10, 150),
        Inside("event inserted, deliveries not", "StatementBegins|INSERT INTO deliveries|" + Publishes, 10, 150),
        Inside("publish run, not committed", "StatementBegins|COMMIT|" + Publishes, 10, 120),
        Inside("publish committed, nobody told", "StatementEnded|COMMIT|" + Publishes, 10, 120),
        Inside("call answered", "RuntimeEvent|Grpc.AspNetCore.Server/CallStop|", 20, 200),
        Seen("publish acknowledged", 10, 150),
        Seen("batch sent", 3, 12),
        Seen("batch acknowledged", 3, 12),

        // Inside a commit.
        Inside("log write due", "Write|wal|", 20, 900),
        Inside("log half written", "HalfWritten|wal|", 20, 900),
        Inside("log written, not synced", "Sync|wal|", 10, 150),
        Inside("log synced, commit not done", "Synced|wal|", 10, 150),

        // Sending.
        Inside("request begun", "RuntimeEvent|System.Net.Http/RequestStart|", 10, 200),
        Inside("connected", "RuntimeEvent|System.Net.Http/ConnectionEstablished|", 1, 1),
        Inside("request headers due", "RuntimeEvent|System.Net.Http/RequestHeadersStart|", 10, 200),
        Inside("request sent", "RuntimeEvent|System.Net.Http/RequestContentStop|", 10, 200),
        Seen("request received", 10, 200),
        Seen("request answered", 10, 200),
        Inside("answer begun", "RuntimeEvent|System.Net.Http/ResponseHeadersStart|", 10, 200),
        Inside("answer headers read", "RuntimeEvent|System.Net.Http/ResponseHeadersStop|", 10, 200),
        Inside("request ended", "RuntimeEvent|System.Net.Http/RequestStop|", 10, 200),

        // Recording.
        Inside("delivery being recorded", "StatementBegins|UPDATE deliveries|", 10, 200),
        Inside("delivery changed, attempt not inserted", "StatementBegins|" + Records + "|UPDATE deliveries", 10, 200),
        Inside("attempt recorded, not committed", "StatementBegins|COMMIT|" + Records, 10, 120),
        Inside("attempt committed, nobody told", "StatementEnded|COMMIT|" + Records, 10, 120),
        Seen("change watched", 20, 400),

        // Webhooks, retrying and cancelling.
        Inside("webhook changed, not committed", "StatementBegins|COMMIT|" + Changes, 2, 12),
        Inside("webhook committed, nobody told", "StatementEnded|COMMIT|" + Changes, 2, 12),
        Inside("webhook deleted, its deliveries not cancelled", "StatementEnded|COMMIT|" + Deletions, 1, 2),
        Seen("webhook change sent", 2, 12),
        Seen("webhook change acknowledged", 2, 12),
        Seen("retry sent", 2, 10),
        Seen("retry acknowledged", 2, 10),
        Seen("cancel acknowledged", 1, 5),

        // Copying the log into the database file.
        Inside("database write due", "Write|db|", 1, 300, checkpoint: true),
        Inside("database half written", "HalfWritten|db|", 1, 300, checkpoint: true),
        Inside("database written, not synced", "Sync|db|", 1, 1, checkpoint: true),
        Inside("database synced, log not restarted", "Synced|db|", 1, 1, checkpoint: true),

        // Starting on what the one before left behind.
        Inside("first transaction after the start", "StatementBegins|COMMIT|", 1, 3),
        Inside("first writes after the start", "HalfWritten|wal|", 1, 8),
        Inside("leases being recovered", "StatementBegins|UPDATE deliveries|", 1, 6),
        AfterStart(20, 600),
        AfterStart(20, 600),

        // Anywhere.
        AfterReady(0, 400),
        AfterReady(0, 1_500),
        AfterReady(0, 1_500),
        AfterReady(0, 3_000),
    ];

    /// <summary>The points that there are with a storage engine: those of the way of an event, and those inside that engine.</summary>
    public static IReadOnlyList<Func<Random, KillPoint>> Of(string provider) => provider switch
    {
        "litedb" => [.. Outside, .. OfLiteDb],
        "sqlite" => All,
        _ => [.. Outside],
    };

    private static IEnumerable<Func<Random, KillPoint>> Outside => All.Where(make => !IsInsideSqlite(make(new Random(0))));

    private static bool IsInsideSqlite(KillPoint point) =>
        point.Inside is { } inside && !inside.StartsWith("RuntimeEvent", StringComparison.Ordinal);

    private static Func<Random, KillPoint> Inside(string name, string spec, int from, int to, bool checkpoint = false) =>
        random => new(name) { Inside = spec, Count = random.Next(from, to + 1), NeedsCheckpoint = checkpoint };

    private static Func<Random, KillPoint> Seen(string name, int from, int to) =>
        random => new(name) { Moment = name, Count = random.Next(from, to + 1) };

    private static Func<Random, KillPoint> AfterStart(int from, int to) =>
        random => new("any time while starting") { AfterStart = TimeSpan.FromMilliseconds(random.Next(from, to)) };

    private static Func<Random, KillPoint> AfterReady(int from, int to) =>
        random => new("any time under load") { AfterReady = TimeSpan.FromMilliseconds(random.Next(from, to)) };
}
