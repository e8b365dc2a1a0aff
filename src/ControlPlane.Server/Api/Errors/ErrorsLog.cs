namespace ControlPlane.Server.Api.Errors;

/// <summary>What calls leave in the log.</summary>
internal static partial class ErrorsLog
{
    [LoggerMessage(EventIds.Api, LogLevel.Error, "{Method} failed unexpectedly; its caller was told incident {IncidentId}")]
    public static partial void Incident(ILogger logger, Exception exception, string method, string incidentId);

    [LoggerMessage(EventIds.Api + 1, LogLevel.Warning, "{Method} was refused because the store is not available, as {Refused} calls were since the last line like this")]
    public static partial void StorageUnavailable(ILogger logger, Exception exception, string method, int refused);
}
