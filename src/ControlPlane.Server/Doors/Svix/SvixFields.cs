using System.Collections.Frozen;
using System.Text.Json.Nodes;
using ControlPlane.Server.Api.Errors;
using Google.Rpc;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Where in a request of Svix's API a field stands that a service finds wrong.</summary>
internal static class SvixFields
{
    /// <summary>The first part of the places that the door itself notes.</summary>
    private static readonly string[] Places = ["body", "query", "path", "header"];

    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["tenant_id"] = "path.app_id",
        ["external_id"] = "path.app_id",
        ["webhook_id"] = "path.endpoint_id",
        ["event_id"] = "path.msg_id",
        ["delivery_id"] = "path.attempt_id",
        ["name"] = "path.event_type_name",
        ["request_id"] = "header.idempotency-key",
        ["page_token"] = "query.iterator",
        ["page_size"] = "query.limit",
        ["created_after"] = "query.after",
        ["created_before"] = "query.before",
        ["event_types"] = "query.event_types",
        ["secret"] = "body.secret",
        ["grace_period"] = "body.gracePeriodSeconds",
        ["tenant.external_id"] = "body.uid",
        ["tenant.labels"] = "body.metadata",
        ["webhook.external_id"] = "body.uid",
        ["webhook.labels"] = "body.metadata",
        ["webhook.match_labels"] = "body.channels",
        ["webhook.event_types"] = "body.eventTypes",
        ["webhook.max_rate_per_second"] = "body.throttleRate",
        ["event.id"] = "body.eventId",
        ["event.type"] = "body.eventType",
        ["event.labels"] = "body.channels",
        ["event.idempotency_key"] = "header.idempotency-key",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The wrong fields that an error names, as Svix shows them; none if it is about something else.</summary>
    public static JsonArray Wrong(RequestException error)
    {
        if (error.Reason == "MESSAGE_MALFORMED")
        {
            return [Item("body", error.Message, "value_error.jsondecode")];
        }

        var details = error.ToStatus().Details.FirstOrDefault(detail => detail.Is(BadRequest.Descriptor));
        return details is null
            ? []
            : [.. details.Unpack<BadRequest>().FieldViolations.Select(wrong => Item(wrong.Field, wrong.Description, TypeOf(wrong.Reason)))];
    }

    private static JsonObject Item(string field, string message, string type) => new()
    {
        ["loc"] = new JsonArray([.. Locate(field).Select(part => (JsonNode)part)]),
        ["msg"] = message,
        ["type"] = type,
    };

    private static string TypeOf(string reason) => reason == "WRONG_TYPE" ? "type_error" : $"value_error.{reason.ToLowerInvariant()}";

    private static IEnumerable<string> Locate(string field)
    {
        var parts = Split(field);
        if (Places.Contains(parts[0]))
        {
            return parts;
        }

        for (var length = Math.Min(2, parts.Count); length > 0; length--)
        {
            if (Names.TryGetValue(string.Join('.', parts.Take(length)), out var known))
            {
                return known.Split('.').Concat(parts.Skip(length));
            }
        }

        // Of a message only its fields are the caller's.
        return parts.Skip(parts.Count > 1 ? 1 : 0).Prepend("body");
    }

    /// <summary>The parts of a path such as <c>webhook.headers["a.b"]</c> or <c>webhook.event_types[2]</c>.</summary>
    private static List<string> Split(string field)
    {
        var parts = new List<string>();
        while (field.Length > 0)
        {
            var isKey = field.StartsWith("[\"", StringComparison.Ordinal);
            var end = isKey ? field.IndexOf("\"]", 2, StringComparison.Ordinal)
                : field[0] == '[' ? field.IndexOf(']', StringComparison.Ordinal) + 1
                : field.IndexOfAny(['.', '[']);
            end = end <= 0 ? field.Length : end;
            parts.Add(isKey ? field[2..end] : field[..end]);
            field = field[Math.Min(field.Length, isKey ? end + 2 : end)..].TrimStart('.');
        }

        return parts;
    }
}
