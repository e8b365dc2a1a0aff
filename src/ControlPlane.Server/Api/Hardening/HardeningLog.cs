namespace ControlPlane.Server.Api.Hardening;

/// <summary>What abuse leaves in the log: a line for many, since who abuses the server could fill the log too.</summary>
internal static partial class HardeningLog
{
    [LoggerMessage(EventIds.Hardening, LogLevel.Warning, "Closed a connection from {Remote} because of too many {What}; {Closed} connections closed since the previous message")]
    public static partial void ConnectionClosed(ILogger logger, string what, string remote, int closed);
}
