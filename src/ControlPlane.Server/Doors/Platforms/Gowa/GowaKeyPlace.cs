namespace ControlPlane.Server.Doors.Platforms.Gowa;

/// <summary>The header has the key alone, or as all others do.</summary>
internal sealed class GowaKeyPlace : IKeyPlace
{
    public bool NeedsBody(HttpRequest request) => false;

    public ValueTask<string?> FindAsync(HttpContext context) => new(Alone(context.Request));

    /// <summary>Whether the key that was sent can only be meant as a JSON Web Token.</summary>
    public static bool IsToken(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        var parts = header[(header.LastIndexOf(' ') + 1)..].Split('.');
        return parts.Length == 3 && parts.All(part => part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '='));
    }

    private static string? Alone(HttpRequest request) =>
        request.Headers.Authorization is [{ Length: > 0 } only] && !only.Contains(' ', StringComparison.Ordinal) ? only : null;
}
