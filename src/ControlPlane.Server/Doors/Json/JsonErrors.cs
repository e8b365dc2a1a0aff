using ControlPlane.Server.Api.Errors;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;

namespace ControlPlane.Server.Doors.Json;

/// <summary>Errors as <c>google.rpc.Status</c> in JSON, with their details.</summary>
internal sealed class JsonErrors : IErrorShape
{
    public static readonly JsonErrors Instance = new();

    /// <summary>The types of the details.</summary>
    public static readonly TypeRegistry Details = TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor);

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithTypeRegistry(Details));

    private JsonErrors()
    {
    }

    public Task WriteAsync(HttpContext context, RequestException error)
    {
        HttpStatus.Set(context.Response, error);
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(Formatter.Format(error.ToStatus()), context.RequestAborted);
    }
}
