namespace ControlPlane.Server.Sending;

/// <summary>Which content types promise JSON: payloads of these are checked when they are published.</summary>
internal static class JsonMediaType
{
    /// <summary><c>application/json</c>, or any type with the suffix <c>+json</c> (RFC 6839).</summary>
    public static bool Is(string contentType)
    {
        var type = contentType.AsSpan();
        var end = type.IndexOf(';');
        type = (end < 0 ? type : type[..end]).Trim();
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }
}
