using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.Platforms;

/// <summary>What requests of all platforms have in common.</summary>
internal static class PlatformRequest
{
    /// <summary>Refuses a request whose query has anything.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static void Check(HttpContext context)
    {
        var violations = new Violations();
        QueryFields.Read(context.Request, violations);
        violations.ThrowIfAny();
    }

    /// <summary>Refuses a request whose body has anything wrong or anything that was not asked for.</summary>
    /// <param name="body">The body, of which all was read.</param>
    /// <param name="violations">What was noted so far.</param>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static void Check(BodyFields body, Violations violations)
    {
        body.End();
        violations.ThrowIfAny();
    }

    /// <summary>Begins to read a request whose query has nothing.</summary>
    public static async Task<(BodyFields Body, Violations Violations)> ReadAsync(HttpContext context)
    {
        var violations = new Violations();
        QueryFields.Read(context.Request, violations);
        return (await BodyFields.ReadAsync(context, violations), violations);
    }

    /// <summary>A part of the path.</summary>
    public static string Route(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;
}
