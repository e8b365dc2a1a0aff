namespace ControlPlane.Server.Notices;

/// <summary>Registers the room. It needs the ids and the clock.</summary>
internal static class NoticesRegistration
{
    public static IServiceCollection AddNotices(this IServiceCollection services) => services.AddSingleton<NoticeBoard>();
}
