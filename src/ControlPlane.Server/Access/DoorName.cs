namespace ControlPlane.Server.Access;

/// <summary>The door that a request came through, where its address does not tell.</summary>
internal sealed record DoorName(string Name)
{
    public static readonly DoorName GrpcWeb = new("grpc-web");

    /// <summary>Returns <c>grpc</c>, <c>grpc-web</c>, <c>json</c>, <c>svix</c>, <c>cloudevents</c> or the name of a platform.</summary>
    /// <param name="context">The request.</param>
    /// <param name="method">The method that it became a call of, as gRPC names it.</param>
    public static string Of(HttpContext context, string method)
    {
        if (context.Features.Get<DoorName>() is { } door)
        {
            return door.Name;
        }

        var path = context.Request.Path.Value ?? "";
        return path == method ? "grpc" : path.Split('/', 4, StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["platforms", var platform, ..] => platform,
            ["v1", ..] => "json",
            [var first, ..] => first,
            [] => "",
        };
    }
}
