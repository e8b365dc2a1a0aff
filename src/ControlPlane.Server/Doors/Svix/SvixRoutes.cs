using ControlPlane.Server.Access;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Maps operations of Svix's API.</summary>
internal sealed class SvixRoutes(IEndpointRouteBuilder endpoints)
{
    private const string Base = "/svix";
    private const string Version = "/api/v1";
    private const int Settings = 128 << 10;

    /// <summary>The largest payload of an event, and what stands around it.</summary>
    private const int Message = (1 << 20) + Settings;

    private readonly DoorRoutes _routes = new(endpoints, SvixErrors.Instance);
    private readonly DoorCalls _calls = endpoints.ServiceProvider.GetRequiredService<DoorCalls>();

    /// <summary>Maps an operation that has no body.</summary>
    /// <param name="verb">The HTTP method.</param>
    /// <param name="path">The path behind the version.</param>
    /// <param name="scope">The scope that the caller needs before anything is looked at; null lets everybody in.</param>
    /// <param name="handle">Answers.</param>
    public void Map(string verb, string path, string? scope, Func<SvixCall, Task> handle) =>
        Map(verb, path, new AccessRule(scope, PlatformOnly: false), 0, handle);

    /// <summary>Maps an operation with settings as its body.</summary>
    public void MapJson(string verb, string path, string scope, Func<SvixCall, Task> handle) =>
        Map(verb, path, new AccessRule(scope, PlatformOnly: false), Settings, handle);

    /// <summary>Maps an operation with a message as its body.</summary>
    public void MapMessage(string verb, string path, string scope, Func<SvixCall, Task> handle) =>
        Map(verb, path, new AccessRule(scope, PlatformOnly: false), Message, handle);

    /// <summary>Maps an operation of the platform, with settings as its body unless it reads or deletes.</summary>
    public void MapPlatform(string verb, string path, Func<SvixCall, Task> handle) =>
        Map(verb, path, new AccessRule("admin", PlatformOnly: true), verb is "GET" or "DELETE" ? 0 : Settings, handle);

    /// <summary>Maps everything else to errors.</summary>
    public void MapRest() => _routes.MapRest(Base);

    private void Map(string verb, string path, AccessRule rule, int bytes, Func<SvixCall, Task> handle) => _routes.Map(
        verb, Base + Version + path, rule, bytes, context => handle(new SvixCall(context, _calls)));
}
