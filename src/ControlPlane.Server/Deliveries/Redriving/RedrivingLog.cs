using ControlPlane.Storage;

namespace ControlPlane.Server.Deliveries.Redriving;

/// <summary>Log lines of the redrives.</summary>
internal static partial class RedrivingLog
{
    [LoggerMessage(EventIds.Redriving, LogLevel.Information,
        "Started redrive {RedriveId}: {Matched} deliveries, at most {MaxRatePerSecond} per second")]
    public static partial void Started(ILogger log, string redriveId, int matched, double maxRatePerSecond);

    [LoggerMessage(EventIds.Redriving + 1, LogLevel.Information, "Going on with redrive {RedriveId}: {Retried} of {Matched} deliveries retried")]
    public static partial void Resumed(ILogger log, string redriveId, int retried, int matched);

    [LoggerMessage(EventIds.Redriving + 2, LogLevel.Information,
        "Redrive {RedriveId} is {State}: {Matched} deliveries matched, {Retried} retried, {Skipped} skipped")]
    public static partial void Ended(ILogger log, string redriveId, RedriveState state, int matched, int retried, int skipped);

    [LoggerMessage(EventIds.Redriving + 3, LogLevel.Error, "Redrive {RedriveId} could not go on; trying again")]
    public static partial void StepFailed(ILogger log, Exception exception, string redriveId);
}
