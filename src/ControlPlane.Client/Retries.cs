using System.Globalization;
using ControlPlane.V1;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client.Configuration;

namespace ControlPlane.Client;

/// <summary>Which calls are repeated, when, and what makes that safe.</summary>
internal static class Retries
{
    private static readonly ServiceDescriptor[] Services =
        [WebhookService.Descriptor, EventService.Descriptor, DeliveryService.Descriptor, AdminService.Descriptor];

    /// <summary>Repeats what may have taken effect only where that changes nothing: calls that read, and publishes.</summary>
    public static ServiceConfig? Config(int maxAttempts)
    {
        if (maxAttempts == 1)
        {
            return null;
        }

        var policy = new Grpc.Net.Client.Configuration.RetryPolicy
        {
            MaxAttempts = maxAttempts,
            InitialBackoff = TimeSpan.FromMilliseconds(200),
            MaxBackoff = TimeSpan.FromSeconds(5),
            BackoffMultiplier = 2,
            RetryableStatusCodes = { StatusCode.Unavailable },
        };
        var methods = new MethodConfig { RetryPolicy = policy };
        foreach (var method in Services.SelectMany(service => service.Methods).Where(MayRepeat))
        {
            methods.Names.Add(new MethodName { Service = method.Service.FullName, Method = method.Name });
        }

        return new ServiceConfig { MethodConfigs = { methods } };
    }

    /// <summary>The request, in which each event to be published has an id or a key. The caller's own message stays as it is.</summary>
    public static TRequest Repeatable<TRequest>(TRequest request)
        where TRequest : class
    {
        switch (request)
        {
            case PublishEventRequest { Event: { } only } when IsAnonymous(only):
                var publish = new PublishEventRequest { Event = only.Clone() };
                publish.Event.IdempotencyKey = NewKey();
                return (TRequest)(object)publish;
            case BatchPublishEventsRequest batch when batch.Events.Any(IsAnonymous):
                var copy = batch.Clone();
                foreach (var each in copy.Events.Where(IsAnonymous))
                {
                    each.IdempotencyKey = NewKey();
                }

                return (TRequest)(object)copy;
            default:
                return request;
        }
    }

    private static bool MayRepeat(MethodDescriptor method) =>
        !method.IsServerStreaming && !method.IsClientStreaming
        && (method.Name.StartsWith("Get", StringComparison.Ordinal) || method.Name.StartsWith("List", StringComparison.Ordinal)
            || method.Name.StartsWith("Explain", StringComparison.Ordinal)
            || method.Name is nameof(EventService.EventServiceClient.PublishEvent) or nameof(EventService.EventServiceClient.BatchPublishEvents));

    private static bool IsAnonymous(Event each) => each.Id.Length == 0 && each.IdempotencyKey.Length == 0;

    private static string NewKey() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
}
