using Microsoft.Net.Http.Headers;

namespace ControlPlane.Server.Doors;

/// <summary>Where the callers of an endpoint put their key who do not write <c>Authorization: Bearer</c>. Metadata of the endpoint.</summary>
internal interface IKeyPlace
{
    /// <summary>Whether it can be in the body, which is then read before the caller is known, within the bound of its endpoint.</summary>
    bool NeedsBody(HttpRequest request);

    /// <summary>Returns the key, or null if there is none.</summary>
    ValueTask<string?> FindAsync(HttpContext context);
}

/// <summary>Puts a key that was found elsewhere where authentication looks for it, so that there is one authentication.</summary>
internal static class KeyPlaces
{
    /// <summary>Before authentication.</summary>
    public static void Use(IApplicationBuilder app)
    {
        app.UseWhen(context => Of(context)?.NeedsBody(context.Request) == true, unread => unread.UseMiddleware<BodyGate>());
        app.Use(async (context, next) =>
        {
            if (Of(context) is { } place && await place.FindAsync(context) is { } key)
            {
                context.Request.Headers[HeaderNames.Authorization] = $"Bearer {key}";
            }

            await next(context);
        });
    }

    private static IKeyPlace? Of(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<IKeyPlace>();
}
