namespace ControlPlane.Server.Api.Errors;

/// <summary>What calls leave in the log. EventIds 1000-1099.</summary>
internal static partial class ErrorsLog
{
    [LoggerMessage(1000, LogLevel.Error, "{Method} failed unexpectedly; its caller was told incident {IncidentId}")]
    public static partial void Incident(ILogger logger, Exception exception, string method, string incidentId);

    [LoggerMessage(1001, LogLevel.Warning, "{Method} was refused because the store is not available, as {Refused} calls were since the last line like this")]
    public static partial void StorageUnavailable(ILogger logger, Exception exception, string method, int refused);
}
