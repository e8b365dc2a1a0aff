namespace ControlPlane.Server.Api.Errors;

/// <summary>Log messages of failed calls.</summary>
internal static partial class ErrorsLog
{
    [LoggerMessage(EventIds.Api, LogLevel.Error, "{Method} failed unexpectedly (incident {IncidentId})")]
    public static partial void Incident(ILogger logger, Exception exception, string method, string incidentId);

    [LoggerMessage(EventIds.Api + 1, LogLevel.Warning, "{Method} was refused because the store is unavailable; {Refused} calls refused since the previous message")]
    public static partial void StorageUnavailable(ILogger logger, Exception exception, string method, int refused);
}
