using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Doors.Json;

/// <summary>Fields by their names in JSON (<c>webhookId</c>) or in the contract (<c>webhook_id</c>); both are taken.</summary>
internal static class FieldNames
{
    /// <summary>Returns the field of a message, or null.</summary>
    public static FieldDescriptor? Find(MessageDescriptor type, string name) =>
        type.FindFieldByName(name) ?? type.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name);

    /// <summary>Returns the fields along a path such as <c>pair.eventId</c>, or null.</summary>
    public static IReadOnlyList<FieldDescriptor>? FindPath(MessageDescriptor type, string path)
    {
        var fields = new List<FieldDescriptor>();
        MessageDescriptor? within = type;
        foreach (var name in path.Split('.'))
        {
            if (within is null || Find(within, name) is not { } field)
            {
                return null;
            }

            fields.Add(field);
            within = field is { FieldType: FieldType.Message, IsRepeated: false } ? field.MessageType : null;
        }

        return fields;
    }
}
