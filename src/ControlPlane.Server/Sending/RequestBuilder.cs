using System.Net;
using System.Net.Http.Headers;
using ControlPlane.Egress.Metering;
using ControlPlane.Server.Telemetry;
using ControlPlane.Signing;
using ControlPlane.Storage;

namespace ControlPlane.Server.Sending;

/// <summary>Builds the signed request of one attempt.</summary>
internal static class RequestBuilder
{
    /// <summary>What every request calls itself: <c>controlplane/&lt;version&gt;</c>.</summary>
    public static string UserAgent { get; } =
        $"controlplane/{typeof(RequestBuilder).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Builds it.</summary>
    /// <param name="endpoint">The webhook.</param>
    /// <param name="delivery">What is attempted.</param>
    /// <param name="source">The event.</param>
    /// <param name="now">When it is signed.</param>
    /// <param name="token">The access token; null for none.</param>
    public static HttpRequestMessage Build(
        Endpoint endpoint, DeliveryRecord delivery, EventRecord source, DateTimeOffset now, string? token = null)
    {
        var signed = endpoint.Sign(new SigningRequest
        {
            MessageId = source.Id,
            EventType = source.Type,
            Timestamp = now,
            Payload = source.Payload,
            CreateTime = source.CreateTime,
            Instance = source.Instance,
            DeliveryId = delivery.Id,
            WebhookId = delivery.WebhookId,
            ContentType = source.ContentType,
        });
        var content = RequestBody.Create(signed.Body);
        content.Headers.TryAddWithoutValidation("Content-Type", signed.ContentType);
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = content,
        };
        var headers = request.Headers;
        headers.TryAddWithoutValidation("User-Agent", UserAgent);
        // Firewalls for web applications commonly refuse requests without it.
        if (!endpoint.Webhook.Headers.Keys.Contains("Accept", StringComparer.OrdinalIgnoreCase))
        {
            headers.TryAddWithoutValidation("Accept", "*/*");
        }

        foreach (var (name, value) in signed.Headers)
        {
            headers.TryAddWithoutValidation(name, value);
        }

        AddOwn(headers, endpoint.Webhook);
        AddTrace(headers, endpoint.Webhook, source.Trace);
        if (token is not null)
        {
            headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        return request;
    }

    /// <summary>Says which trace the request belongs to, if the webhook asks for that and it belongs to one.</summary>
    private static void AddTrace(HttpRequestHeaders headers, WebhookRecord webhook, TraceContext? trace)
    {
        if (webhook.SendTraceContext && trace is not null)
        {
            foreach (var (name, value) in TraceHeaders.Of(trace))
            {
                headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    /// <summary>The webhook's own headers were checked when it was written: tokens and printable values, none of the dialects' names.</summary>
    private static void AddOwn(HttpRequestHeaders headers, WebhookRecord webhook)
    {
        foreach (var (name, value) in webhook.Headers)
        {
            headers.TryAddWithoutValidation(name, value);
        }
    }
}
