using System.Text.Json;
using ControlPlane.Server.Administration;
using ControlPlane.Server.Hosting;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Doors.WebConsole;

/// <summary>
/// The web console at <c>/console/</c> and the portal at <c>/portal/</c>: the same files, which anybody may have. What they show they
/// ask the services for, with the key of the person who signs in.
/// </summary>
internal sealed class ConsoleDoor(ConsoleFiles files, ConsoleOptions portal)
{
    /// <summary>All it needs is beside it, nobody else's script runs in it, and texts never become markup.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "require-trusted-types-for 'script'; frame-ancestors ";

    public static void Add(IServiceCollection services) => services
        .AddSingleton<ConsoleFiles>()
        .AddOptions<ConsoleOptions>()
        .PostConfigure<IOptions<ListenOptions>>((portal, listen) =>
        {
            if (string.IsNullOrEmpty(portal.Url) && ListenAddress.Parse(listen.Value.Http) is not null)
            {
                portal.Url = listen.Value.Http.TrimEnd('/').Replace("//*:", "//localhost:", StringComparison.Ordinal)
                    .Replace("//+:", "//localhost:", StringComparison.Ordinal) + "/portal/";
            }
        });

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var options = services.GetRequiredService<IOptions<ConsoleOptions>>().Value;
        var door = new ConsoleDoor(services.GetRequiredService<ConsoleFiles>(), options);
        if (options.Enabled)
        {
            door.Map(endpoints, "/console", "'none'");
        }

        if (options.Portal)
        {
            door.Map(endpoints, "/portal", door.FrameAncestors);
            endpoints.MapGet("/portal/settings.json", door.WriteSettingsAsync);
        }
    }

    private string FrameAncestors => portal.FrameAncestorList is { Length: > 0 } origins ? string.Join(' ', origins) : "'none'";

    private void Map(IEndpointRouteBuilder endpoints, string path, string frameAncestors)
    {
        // Only below the slash do the files beside the page have their paths.
        endpoints.MapGet(path, context =>
        {
            if (context.Request.Path.Value is { } asked && asked.EndsWith('/'))
            {
                return AnswerAsync(context, "", frameAncestors);
            }

            context.Response.Redirect($"{context.Request.PathBase}{path}/{context.Request.QueryString}");
            return Task.CompletedTask;
        });
        endpoints.MapGet(path + "/{**file}", context => AnswerAsync(context, (string?)context.GetRouteValue("file") ?? "", frameAncestors));
    }

    private Task AnswerAsync(HttpContext context, string file, string frameAncestors)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = ContentSecurityPolicy + frameAncestors;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (files.Find(file) is { } found)
        {
            return found.WriteAsync(context).AsTask();
        }

        context.Response.StatusCode = file.Length == 0 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status404NotFound;
        return files.Exist ? Task.CompletedTask : files.HowToBuild.WriteAsync(context).AsTask();
    }

    private Task WriteSettingsAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-cache";
        return context.Response.WriteAsync(
            JsonSerializer.Serialize(new { name = portal.Name, accent = portal.Accent }), context.RequestAborted);
    }
}
