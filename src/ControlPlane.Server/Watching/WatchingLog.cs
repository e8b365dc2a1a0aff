namespace ControlPlane.Server.Watching;

/// <summary>Log lines of the watching room.</summary>
internal static partial class WatchingLog
{
    [LoggerMessage(EventIds.Watching, LogLevel.Warning, "Could not read what changed for those who watch; trying again")]
    public static partial void FeedNotRead(ILogger log, Exception exception);
}
