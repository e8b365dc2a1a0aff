using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Filtering;
using ControlPlane.Server.Publishing;
using ControlPlane.Server.Sending;
using ControlPlane.Server.Webhooks.Retries;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Server.Webhooks.Settings;
using ControlPlane.Signing;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using static ControlPlane.V1.PreviewRequestRequest;
using Endpoint = ControlPlane.Server.Sending.Endpoint;

namespace ControlPlane.Server.Webhooks.Inspecting;

/// <summary>Builds the request that an event would be sent as, by what sends requests, and shows it instead.</summary>
internal sealed class RequestPreviewer(
    WebhookQueries queries, EndpointCache endpoints, EventValidator events, IdSource ids, TimeProvider clock)
{
    /// <summary>A request needs a URL, and an inline webhook has none. Never shown and, by its name, never found.</summary>
    private const string NoUrl = "https://preview.invalid/";

    /// <exception cref="RequestException">INVALID_ARGUMENT; NOT_FOUND; FAILED_PRECONDITION.</exception>
    public async Task<PreviewRequestResponse> PreviewAsync(
        Caller caller, PreviewRequestRequest request, CancellationToken cancellationToken)
    {
        var now = clock.GetStoreNow();
        var source = Accept(request);
        var inline = request.TargetCase == TargetOneofCase.Inline;
        var endpoint = inline ? EndpointOf(request.Inline) : await FindAsync(caller, request.WebhookId, cancellationToken);
        var webhook = endpoint.Webhook;
        if (endpoint.HasEnvelope && !JsonMediaType.Is(source.ContentType))
        {
            var violations = new Violations();
            violations.Add("event.content_type", "UNSENDABLE", "must be JSON: the webhook's dialect puts the payload into JSON");
            violations.ThrowIfAny();
        }

        var occurrence = new EventRecord
        {
            Id = source.Id.Length > 0 ? source.Id : ids.Next("evt_"),
            TenantId = webhook.TenantId,
            Type = source.Type,
            Instance = source.Instance,
            ContentType = source.ContentType,
            Labels = source.Labels,
            Payload = source.Payload,
            CreateTime = now,
        };
        var delivery = new DeliveryRecord
        {
            Id = ids.Next("dlv_"),
            EventId = occurrence.Id,
            WebhookId = webhook.Id,
            TenantId = webhook.TenantId,
            EventType = occurrence.Type,
            State = Storage.DeliveryState.InFlight,
            Trigger = Storage.DeliveryTrigger.Publish,
        };
        using var built = RequestBuilder.Build(endpoint, delivery, occurrence, now, webhook.Oauth2 is null ? null : HeaderCredentials.Mask);
        var answer = new PreviewRequestResponse
        {
            Method = built.Method.Method,
            Url = inline ? "" : webhook.Url,
            Body = ByteString.CopyFrom(await built.Content!.ReadAsByteArrayAsync(cancellationToken)),
            RetrySchedule = RetryPolicyMapper.ToProto(Retries.RetrySchedule.Of(webhook.RetryPolicy)),
            AttemptTime = now.ToTimestamp(),
            Filter = webhook.Filter is null ? null : Judge(webhook, occurrence),
        };
        answer.Headers.Add(PreviewedHeaders.Of(built));
        answer.RedactedHeaders.Add(
            endpoint.Dialects.SelectMany(dialect => PreviewedHeaders.Redact(answer.Headers, dialect, webhook.Secrets[0].Hint)));
        answer.RedactedHeaders.Add(PreviewedHeaders.RedactCredentials(
            answer.Headers, webhook.Oauth2 is null ? webhook.Headers.Keys : webhook.Headers.Keys.Append("Authorization")));
        return answer;
    }

    private static MatchCheck Judge(WebhookRecord webhook, EventRecord occurrence)
    {
        using var input = new FilterInput(
            occurrence.Id, occurrence.Type, occurrence.Instance, occurrence.Labels,
            JsonMediaType.Is(occurrence.ContentType) ? occurrence.Payload : null);
        return FilterCheckMapper.ToProto(webhook, input);
    }

    private EventDraft Accept(PreviewRequestRequest request)
    {
        var violations = new Violations();
        if (request.TargetCase == TargetOneofCase.None)
        {
            violations.Add("target", "REQUIRED", "must be webhook_id or inline");
        }
        else if (request.TargetCase == TargetOneofCase.WebhookId)
        {
            FieldRules.RequireId(violations, "webhook_id", request.WebhookId);
        }

        if (request.Inline is { } inline)
        {
            Check(violations, inline);
        }

        violations.Within("event");
        var source = events.Check(request.Event ?? new Event(), violations);
        violations.ThrowIfAny();
        return source;
    }

    private static void Check(Violations violations, Types.Inline inline)
    {
        if (!BuiltInDialects.TryGet(DialectOf(inline), out var dialect))
        {
            var known = string.Join(", ", BuiltInDialects.All.Select(d => d.Name));
            violations.Add("inline.dialect", "DIALECT_UNKNOWN", $"must be one of {known}");
        }

        foreach (var problem in SecretForms.Validate(inline.Secret, dialect is null ? [] : [dialect]))
        {
            violations.Add($"inline.{problem.Field}", problem.Reason, problem.Message);
        }

        if (inline.RetryPolicy is { } policy)
        {
            RetryPolicyValidator.Check(violations, "inline.retry_policy", policy);
        }
    }

    private async Task<Endpoint> FindAsync(Caller caller, string webhookId, CancellationToken cancellationToken) =>
        endpoints.Require(await queries.GetAsync(caller, webhookId, cancellationToken));

    private static Endpoint EndpointOf(Types.Inline inline)
    {
        BuiltInDialects.TryGet(DialectOf(inline), out var dialect);
        var secret = SecretForms.Normalize(inline.Secret, [dialect!]);
        var webhook = WebhookMapper.Blank("") with
        {
            Url = NoUrl,
            Dialect = dialect!.Name,
            RetryPolicy = inline.RetryPolicy is { } policy ? RetryPolicyMapper.ToRecord(policy) : null,
            Secrets = [new SecretRecord("", WebhookSecret.Hint(secret), [], default, ExpireTime: null)],
        };
        return new(webhook, [dialect], [(secret, null)], TimeSpan.Zero);
    }

    private static string DialectOf(Types.Inline inline) =>
        inline.Dialect.Length > 0 ? inline.Dialect : BuiltInDialects.StandardWebhooks.Name;
}
