using ControlPlane.Server.Api.Hardening;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;

namespace ControlPlane.Server.Doors.Json;

/// <summary>The API in JSON, by the HTTP rules of the contract.</summary>
internal static class JsonDoor
{
    /// <summary>Base64 makes four bytes of three; the rest is for what stands around it.</summary>
    private const int Surroundings = 4 << 10;

    /// <summary>Has every service that is mapped answer JSON too. After the registration of gRPC.</summary>
    public static void Add(IGrpcServerBuilder grpc) => grpc.AddJsonTranscoding(options =>
    {
        options.TypeRegistry = JsonErrors.Details;
        options.JsonSettings = new() { WriteInt64sAsStrings = true };
    });

    /// <summary>Gives the JSON endpoints of a service what tells them from its gRPC ones.</summary>
    public static IEndpointConventionBuilder WithJson(this IEndpointConventionBuilder service)
    {
        service.Add(endpoint =>
        {
            if (endpoint.Metadata.OfType<GrpcJsonTranscodingMetadata>().FirstOrDefault() is not { } json)
            {
                return;
            }

            var route = new JsonRoute(json.MethodDescriptor, json.HttpRule);
            endpoint.Metadata.Add(route);
            endpoint.Metadata.Add(JsonErrors.Instance);
            if (route.HasBody)
            {
                var method = endpoint.Metadata.OfType<GrpcMethodMetadata>().First().Method;
                endpoint.Metadata.Add(new BodyLimit((MessageLimits.Of(method) / 3 * 4) + Surroundings));
            }
        });
        return service;
    }

    /// <summary>Maps what is below <c>/v1</c> and no route: an error of the same shape.</summary>
    public static void MapRest(IEndpointRouteBuilder endpoints) => new DoorRoutes(endpoints, JsonErrors.Instance).MapRest("/v1");
}
