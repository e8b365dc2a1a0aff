using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Catalog;
using ControlPlane.V1;

namespace ControlPlane.Server.EventTypes;

/// <summary>What a caller asks an event type to be; null where nothing was asked for.</summary>
internal sealed record EventTypeDraft(
    string TenantId, string Name, string Etag, string? Description, bool? Deprecated, string? Schema, IReadOnlyList<string>? Examples);

/// <summary>Reads requests about event types, or refuses them with every wrong field.</summary>
internal static class EventTypeValidator
{
    private const string Field = "event_type";
    private const int LongestDescription = 1_000;

    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static EventTypeDraft Read(CreateEventTypeRequest request)
    {
        var violations = new Violations();
        var type = Require(request.EventType, violations);
        if (OperationalTypes.Covers(type.Name))
        {
            violations.Add($"{Field}.name", "EVENT_TYPE_RESERVED", OperationalTypes.Reserved);
        }

        CheckDescription(type, violations);
        SchemaValidator.Check(type, schema: true, examples: true, violations);
        violations.ThrowIfAny();
        return new(type.TenantId, type.Name, Etag: "", type.Description, type.Deprecated, type.Schema, [.. type.Examples]);
    }

    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static EventTypeDraft Read(UpdateEventTypeRequest request)
    {
        var violations = new Violations();
        var type = Require(request.EventType, violations);
        var mask = UpdateMask.Read(request.UpdateMask, type, violations);
        var (description, deprecated) = (mask.Names("description"), mask.Names("deprecated"));
        var (schema, examples) = (mask.Names("schema"), mask.Names("examples"));
        if (description)
        {
            CheckDescription(type, violations);
        }

        SchemaValidator.Check(type, schema, examples, violations);

        violations.ThrowIfAny();
        return new(
            type.TenantId, type.Name, type.Etag, description ? type.Description : null, deprecated ? type.Deprecated : null,
            schema ? type.Schema : null, examples ? [.. type.Examples] : null);
    }

    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static void Check(DeleteEventTypeRequest request)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        EventTypeRules.CheckType(violations, "name", request.Name);
        FieldRules.CheckId(violations, "etag", request.Etag);
        violations.ThrowIfAny();
    }

    private static EventType Require(EventType? type, Violations violations)
    {
        if (type is null)
        {
            violations.Add(Field, "REQUIRED", "must be set");
        }
        else
        {
            FieldRules.CheckId(violations, $"{Field}.tenant_id", type.TenantId);
            EventTypeRules.CheckType(violations, $"{Field}.name", type.Name);
            FieldRules.CheckId(violations, $"{Field}.etag", type.Etag);
        }

        return type ?? new EventType();
    }

    private static void CheckDescription(EventType type, Violations violations) =>
        FieldRules.CheckText(violations, $"{Field}.description", type.Description, LongestDescription, TextKind.Block);
}
