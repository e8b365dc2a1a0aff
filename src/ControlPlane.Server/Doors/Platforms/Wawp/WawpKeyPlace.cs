using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.Platforms.Wawp;

/// <summary>The key is <c>access_token</c> in the query or the body, unless it is in the header.</summary>
internal sealed class WawpKeyPlace : IKeyPlace
{
    public const string Name = "access_token";

    public bool NeedsBody(HttpRequest request) => request.Headers.Authorization.Count == 0 && !request.Query.ContainsKey(Name);

    public async ValueTask<string?> FindAsync(HttpContext context)
    {
        var request = context.Request;
        if (!NeedsBody(request))
        {
            return request.Headers.Authorization.Count == 0 && request.Query[Name] is [{ } only] ? only : null;
        }

        try
        {
            // What else is wrong with the body is told to those who are let in.
            return HttpMethods.IsPost(request.Method) ? (await BodyFields.ReadAsync(context, new())).Text(Name) : null;
        }
        catch (RequestException)
        {
            return null;
        }
    }
}
