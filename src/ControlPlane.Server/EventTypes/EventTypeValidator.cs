using ControlPlane.Server.Catalog;
using ControlPlane.Server.Rpc;
using ControlPlane.V1;

namespace ControlPlane.Server.EventTypes;

/// <summary>What a caller asks an event type to be; null where nothing was asked for.</summary>
internal sealed record EventTypeDraft(string TenantId, string Name, string Etag, string? Description, bool? Deprecated);

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
        violations.ThrowIfAny();
        return new(type.TenantId, type.Name, Etag: "", type.Description, type.Deprecated);
    }

    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static EventTypeDraft Read(UpdateEventTypeRequest request)
    {
        var violations = new Violations();
        var type = Require(request.EventType, violations);
        var mask = UpdateMask.Read(request.UpdateMask, type, violations);
        var (description, deprecated) = (mask.Names("description"), mask.Names("deprecated"));
        if (description)
        {
            CheckDescription(type, violations);
        }

        violations.ThrowIfAny();
        return new(type.TenantId, type.Name, type.Etag, description ? type.Description : null, deprecated ? type.Deprecated : null);
    }

    private static EventType Require(EventType? type, Violations violations)
    {
        if (type is null)
        {
            violations.Add(Field, "REQUIRED", "must be set");
        }
        else if (!EventTypeRules.IsType(type.Name))
        {
            violations.Add(
                $"{Field}.name",
                type.Name.Length == 0 ? "REQUIRED" : "EVENT_TYPE_INVALID",
                $"must be 1 to {EventTypeRules.MaximumLength} letters, digits, \".\", \"_\", \"-\", \":\" and \"/\", "
                    + "beginning with a letter or digit");
        }

        return type ?? new EventType();
    }

    private static void CheckDescription(EventType type, Violations violations) =>
        FieldRules.CheckText(violations, $"{Field}.description", type.Description, LongestDescription, TextKind.Block);
}
