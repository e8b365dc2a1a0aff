using System.Buffers;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Sending;
using ControlPlane.V1;
using Google.Protobuf;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Publishing;

/// <summary>Checks events of requests and turns them into drafts.</summary>
internal sealed class EventValidator(IOptions<PublishingOptions> options, TimeProvider clock)
{
    private const string Json = "application/json";
    private const int MaximumId = 128;
    private const int MaximumKey = 256;
    private const int MaximumOrderingKey = 128;
    private const int MaximumContentType = 128;
    private const int MaximumLabelValue = 1024;

    /// <summary>No dots: receivers sign and split <c>id.timestamp.body</c>.</summary>
    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-:");

    /// <summary>
    /// Notes every wrong field of an event, which the violations are to be <see cref="Violations.Within"/>; the draft is only of use if
    /// there is none.
    /// </summary>
    public EventDraft Check(Event source, Violations violations)
    {
        if (source.Id.Length > MaximumId || source.Id.AsSpan().ContainsAnyExcept(IdCharacters))
        {
            violations.Add("id", "EVENT_ID_INVALID", $"must be 1 to {MaximumId} letters, digits, \"_\", \"-\" and \":\"");
        }

        FieldRules.CheckId(violations, "tenant_id", source.TenantId);
        EventTypeRules.CheckType(violations, "type", source.Type);
        FieldRules.CheckInstance(violations, "instance", source.Instance);
        if (source.IdempotencyKey.Length > MaximumKey || source.IdempotencyKey.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            violations.Add(
                "idempotency_key", "IDEMPOTENCY_KEY_INVALID", $"must be 1 to {MaximumKey} printable ASCII characters");
        }

        if (OperationalTypes.Covers(source.IdempotencyKey))
        {
            violations.Add("idempotency_key", "IDEMPOTENCY_KEY_RESERVED", OperationalTypes.Reserved);
        }

        if (source.OrderingKey.Length > MaximumOrderingKey || source.OrderingKey.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            violations.Add(
                "ordering_key", "ORDERING_KEY_INVALID", $"must be 1 to {MaximumOrderingKey} printable ASCII characters");
        }

        FieldRules.CheckLabels(violations, "labels", source.Labels, MaximumLabelValue);
        var expires = ProtoTimes.CheckTime(violations, "expire_time", source.ExpireTime);
        if (expires <= clock.GetUtcNow())
        {
            violations.Add("expire_time", "NOT_IN_FUTURE", "must be in the future");
        }

        var contentType = CheckContentType(source.ContentType, violations);
        var payload = Bytes(source.Payload);
        CheckPayload("payload", payload, contentType, violations);
        return new(
            source.Id, source.Type, source.Instance, payload, contentType, source.IdempotencyKey, source.OrderingKey,
            source.Labels.Count > 0 ? new Dictionary<string, string>(source.Labels) : null)
        {
            ExpireTime = expires is { } time ? Storage.Timestamps.ToStorePrecision(time) : null,
        };
    }

    /// <summary>Notes a payload that is missing, too large or, where it should be JSON, not well-formed.</summary>
    public void CheckPayload(string field, ReadOnlySpan<byte> payload, string contentType, Violations violations)
    {
        if (payload.IsEmpty)
        {
            violations.Add(field, "REQUIRED", "must not be empty");
        }
        else if (payload.Length > options.Value.MaxPayloadBytes)
        {
            violations.Add(field, "PAYLOAD_TOO_LARGE", $"must have at most {options.Value.MaxPayloadBytes} bytes");
        }
        else if (JsonMediaType.Is(contentType) && JsonPayload.Fault(payload) is { } fault)
        {
            violations.Add(field, "PAYLOAD_NOT_JSON", fault);
        }
    }

    private static string CheckContentType(string contentType, Violations violations)
    {
        if (contentType.Length == 0)
        {
            return Json;
        }

        if (contentType.Length > MaximumContentType || contentType.AsSpan().ContainsAnyExceptInRange(' ', '~')
            || !MediaTypeHeaderValue.TryParse(contentType, out _))
        {
            violations.Add("content_type", "CONTENT_TYPE_INVALID", $"must be a media type of at most {MaximumContentType} characters");
        }

        return contentType;
    }

    /// <summary>The message's own bytes: nothing changes them, and a copy of each payload would double the memory traffic.</summary>
    private static byte[] Bytes(ByteString payload) =>
        MemoryMarshal.TryGetArray(payload.Memory, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : payload.ToByteArray();
}
