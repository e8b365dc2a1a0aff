namespace ControlPlane.Server.Access;

/// <summary>Log messages of authentication.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(EventIds.Access, LogLevel.Warning, "When API keys were last used could not be stored; it is tried again")]
    public static partial void LastUseNotStored(ILogger logger, Exception exception);
}
