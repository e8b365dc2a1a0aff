using ControlPlane.Server.Api.Errors;
using Grpc.Core;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Refuses operations that Svix has and this API does not.</summary>
internal static class SvixUnanswered
{
    /// <summary>Returns the error.</summary>
    /// <param name="detail">What cannot be done, and what there is instead.</param>
    public static RequestException Of(string detail) => new(StatusCode.NotFound, "NOT_SUPPORTED", detail);
}
