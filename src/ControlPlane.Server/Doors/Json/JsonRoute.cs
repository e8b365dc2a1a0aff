using Google.Api;
using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Doors.Json;

/// <summary>The method and the HTTP rule that an endpoint was made from.</summary>
/// <param name="Method">The method.</param>
/// <param name="Rule">The rule.</param>
internal sealed record JsonRoute(MethodDescriptor Method, HttpRule Rule)
{
    /// <summary>Whether the fields of the request come in a body; else in the query.</summary>
    public bool HasBody => Rule.Body.Length > 0;
}
