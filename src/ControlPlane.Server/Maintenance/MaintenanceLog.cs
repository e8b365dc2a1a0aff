namespace ControlPlane.Server.Maintenance;

/// <summary>Log lines of the maintenance room.</summary>
internal static partial class MaintenanceLog
{
    [LoggerMessage(EventIds.Maintenance, LogLevel.Information,
        "Removed what has expired: {Payloads} payloads, {Deliveries} deliveries, {Events} events, {Webhooks} deleted webhooks, {Redrives} redrives, {Texts} interned texts, {AuditEvents} audit events, {Sessions} portal sessions, and what {Erased} expired events said, in {Seconds:0.0} s")]
    public static partial void Removed(
        ILogger log, int payloads, int deliveries, int events, int webhooks, int redrives, int texts, int auditEvents, int sessions, int erased,
        double seconds);

    [LoggerMessage(EventIds.Maintenance + 1, LogLevel.Warning, "What has expired could not be removed, because the store is not available; the next pass goes on")]
    public static partial void Unavailable(ILogger log, Exception exception);

    [LoggerMessage(EventIds.Maintenance + 2, LogLevel.Error, "What has expired could not be removed; the next pass tries again")]
    public static partial void Failed(ILogger log, Exception exception);

    [LoggerMessage(EventIds.Maintenance + 3, LogLevel.Warning, "The clock was set ahead by {Leap:c}; nothing that looks expired is removed for {Doubt:c}")]
    public static partial void ClockLeapt(ILogger log, TimeSpan leap, TimeSpan doubt);

    [LoggerMessage(EventIds.Maintenance + 4, LogLevel.Information, "Backed up the store to {Path}: {Bytes} bytes, revision {Revision}, in {Seconds:0.0} s")]
    public static partial void BackedUp(ILogger log, string path, long bytes, long revision, double seconds);

    [LoggerMessage(EventIds.Maintenance + 5, LogLevel.Warning, "A backup to {Directory} failed: {Reason}")]
    public static partial void BackupFailed(ILogger log, string directory, string reason);

    [LoggerMessage(EventIds.Maintenance + 6, LogLevel.Information, "Checked the store: {Problems} problems, in {Seconds:0.0} s")]
    public static partial void Checked(ILogger log, int problems, double seconds);

    [LoggerMessage(EventIds.Maintenance + 7, LogLevel.Critical,
        "The store is damaged: {Finding}. Nothing is read from it or written to it any more. Stop the server and put a backup in the store's place")]
    public static partial void Damaged(ILogger log, string finding);

    [LoggerMessage(EventIds.Maintenance + 8, LogLevel.Warning, "The store {State}")]
    public static partial void Reached(ILogger log, string state);

    [LoggerMessage(EventIds.Maintenance + 9, LogLevel.Warning, "Could not look up what the metrics tell of the store; looking again in 15 s")]
    public static partial void NotMeasured(ILogger log, Exception exception);
}
