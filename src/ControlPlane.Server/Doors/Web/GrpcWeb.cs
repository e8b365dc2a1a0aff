using ControlPlane.Server.Access;

namespace ControlPlane.Server.Doors.Web;

/// <summary>gRPC-Web at the services' own paths of the HTTP listener, and which pages browsers let call it and the doors.</summary>
internal static class GrpcWeb
{
    private const string ContentType = "application/grpc-web";
    private const string Text = "application/grpc-web-text";

    public static void Add(IServiceCollection services, DoorsOptions doors) => services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
        .WithOrigins(doors.OriginList)
        .AllowAnyMethod()
        .AllowAnyHeader()
        .WithExposedHeaders("Grpc-Status", "Grpc-Message", "Grpc-Status-Details-Bin", "Retry-After", "Allow")
        .SetPreflightMaxAge(TimeSpan.FromMinutes(10))));

    /// <summary>On the HTTP listener.</summary>
    public static void Use(IApplicationBuilder http1)
    {
        http1.UseCors();
        http1.Use((context, next) => IsText(context.Request) ? Refuse(context.Response) : next(context));
        http1.Use((context, next) =>
        {
            if (context.Request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) == true)
            {
                context.Features.Set(DoorName.GrpcWeb);
            }

            return next(context);
        });
        http1.UseGrpcWeb();
    }

    private static bool IsText(HttpRequest request) => request.ContentType?.StartsWith(Text, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The form in base64 is for browsers of before 2017, and its reader cannot be looked into before a message is taken.</summary>
    private static Task Refuse(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        return response.WriteAsync("Use application/grpc-web+proto.\n");
    }
}
