using ControlPlane.Server.Access;

namespace ControlPlane.Server.Doors.OpenApi;

/// <summary><c>/openapi.json</c>, and <c>/docs</c>: a page that reads it and makes calls. Open, since the contract is public.</summary>
internal static class OpenApiEndpoints
{
    /// <summary>What is described is the contract, which is the same in many releases of the server.</summary>
    private const string ContractVersion = "v1";

    private const string PageFolder = "ControlPlane.Server.Doors.OpenApi.Page.";

    /// <summary>Everything the page needs is beside it; nobody else's script runs in it, and no other page can hold it in a frame.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly (string Path, string File, string ContentType)[] Page =
    [
        ("/docs", "index.html", "text/html; charset=utf-8"),
        ("/docs/page.css", "page.css", "text/css; charset=utf-8"),
        ("/docs/page.js", "page.js", "text/javascript; charset=utf-8"),
    ];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var rules = endpoints.ServiceProvider.GetRequiredService<AccessRules>();
        // Most servers are never asked.
        var document = new Lazy<byte[]>(() => OpenApiDocument.Write(ContractVersion, rules));
        Map(endpoints, "/openapi.json", "application/json; charset=utf-8", () => document.Value);
        foreach (var (path, file, contentType) in Page)
        {
            Map(endpoints, path, contentType, () => Read(file));
        }
    }

    private static void Map(IEndpointRouteBuilder endpoints, string path, string contentType, Func<byte[]> content) => endpoints.MapGet(path, context =>
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        context.Response.ContentType = contentType;
        return context.Response.Body.WriteAsync(content(), context.RequestAborted).AsTask();
    });

    private static byte[] Read(string file)
    {
        using var stream = typeof(OpenApiEndpoints).Assembly.GetManifestResourceStream(PageFolder + file)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
