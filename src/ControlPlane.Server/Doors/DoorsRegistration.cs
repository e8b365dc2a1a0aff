using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Doors.CloudEvents;
using ControlPlane.Server.Doors.Json;
using ControlPlane.Server.Doors.OpenApi;
using ControlPlane.Server.Doors.Platforms;
using ControlPlane.Server.Doors.Svix;
using ControlPlane.Server.Doors.Web;
using ControlPlane.Server.Doors.WebConsole;
using ControlPlane.Server.Telemetry;
using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Doors;

/// <summary>The doors of the HTTP listener.</summary>
internal static class DoorsRegistration
{
    /// <summary>Registers the doors that are switched on.</summary>
    /// <param name="grpc">gRPC, whose services some doors speak for.</param>
    /// <param name="configuration">The section <c>ControlPlane:Doors</c>.</param>
    public static void AddDoors(this IGrpcServerBuilder grpc, IConfigurationSection configuration)
    {
        var services = grpc.Services;
        services.AddRoomOptions<DoorsOptions>(configuration);
        services.AddSingleton<IValidateOptions<DoorsOptions>, DoorsOptionsValidator>();
        services.AddSingleton<DoorCalls>().AddSingleton<CloudEventsDoor>();
        PlatformDoors.Add(services);
        SvixDoor.Add(services);
        ConsoleDoor.Add(services);
        var doors = configuration.Get<DoorsOptions>() ?? new();
        GrpcWeb.Add(services, doors);
        if (doors.Json)
        {
            JsonDoor.Add(grpc);
        }
    }

    /// <summary>Lets browsers in, and finds keys that stand elsewhere than in the header that all have. Before authentication.</summary>
    public static void UseCallers(this IApplicationBuilder app) => app.UseWhen(
        // The listener of gRPC, whose calls this must not slow down, speaks HTTP/2 alone.
        context => !HttpProtocol.IsHttp2(context.Request.Protocol),
        http1 =>
        {
            GrpcWeb.Use(http1);
            KeyPlaces.Use(http1);
        });

    /// <summary>Bounds and checks what comes through doors. After authorization.</summary>
    public static void UseDoors(this IApplicationBuilder app)
    {
        app.Use((context, next) => IsElsewhere(context) ? NotFound(context) : next(context));
        app.UseMiddleware<BodyGate>();
        app.UseMiddleware<JsonStreams>();
        app.UseMiddleware<JsonRequests>();
    }

    /// <summary>Gives the endpoints of a service what doors need: gRPC-Web beside its gRPC, and what tells its JSON endpoints apart.</summary>
    public static IEndpointConventionBuilder WithDoors(this GrpcServiceEndpointConventionBuilder service) =>
        service.EnableGrpcWeb().WithJson();

    /// <summary>Maps what the doors have besides the services' own methods.</summary>
    public static void MapDoors(this IEndpointRouteBuilder endpoints)
    {
        var doors = endpoints.ServiceProvider.GetRequiredService<IOptions<DoorsOptions>>().Value;
        if (doors.Json)
        {
            JsonDoor.MapRest(endpoints);
            OpenApiEndpoints.Map(endpoints);
        }

        if (doors.CloudEvents)
        {
            CloudEventsDoor.Map(endpoints);
        }

        if (doors.Platforms)
        {
            PlatformDoors.Map(endpoints);
        }

        if (doors.Svix)
        {
            SvixDoor.Map(endpoints);
        }

        ConsoleDoor.Map(endpoints);
    }

    /// <summary>Doors are on the HTTP listener, which alone speaks HTTP/1.1.</summary>
    private static bool IsElsewhere(HttpContext context) =>
        HttpProtocol.IsHttp2(context.Request.Protocol)
        && context.GetEndpoint()?.Metadata is { } metadata
        && (metadata.GetMetadata<IErrorShape>() is not null || metadata.GetMetadata<HttpListenerOnly>() is not null);

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
