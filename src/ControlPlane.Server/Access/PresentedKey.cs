using ControlPlane.Server.Api.Errors;


namespace ControlPlane.Server.Access;

/// <summary>The API key that a request carries.</summary>
internal static class PresentedKey
{
    /// <exception cref="RequestException">UNAUTHENTICATED: there is none, or what there is cannot be one.</exception>
    public static ApiKeyHash Of(HttpContext context)
    {
        const string Scheme = "Bearer ";
        // The HTTP header itself: gRPC's form of the headers is a list of copies, copied again for every call that asks.
        var header = context.Request.Headers.Authorization;
        if (header.Count == 0)
        {
            throw RequestErrors.Unauthenticated(
                "API_KEY_MISSING", "The call carries no API key: send it as metadata, authorization: Bearer cpk_...");
        }

        var text = header.Count == 1 ? header[0].AsSpan() : default;
        var key = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text[Scheme.Length..].Trim(' ') : default;
        return ApiKeySecret.HasShape(key)
            ? ApiKeyHash.Of(key)
            : throw RequestErrors.Unauthenticated(
                "API_KEY_INVALID", "The authorization of the call is not an API key: send one, as Bearer cpk_...");
    }
}
