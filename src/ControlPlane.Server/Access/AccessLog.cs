namespace ControlPlane.Server.Access;

/// <summary>Log messages of authentication.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(EventIds.Access, LogLevel.Warning, "When API keys were last used could not be stored; it is tried again")]
    public static partial void LastUseNotStored(ILogger logger, Exception exception);

    [LoggerMessage(EventIds.Access + 1, LogLevel.Error, "The keys in {Path}, which tokens are checked with, could not be read and stay as they were: {Reason}")]
    public static partial void KeysNotRead(ILogger logger, string path, string reason);
}
