using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Doors.Json;

/// <summary>Fields by their names in JSON (<c>webhookId</c>) or in the contract (<c>webhook_id</c>); both are taken.</summary>
internal static class FieldNames
{
    /// <summary>Returns the field of a message, or null.</summary>
    public static FieldDescriptor? Find(MessageDescriptor type, string name) =>
        type.FindFieldByName(name) ?? type.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name);

    /// <summary>Returns the field at a path such as <c>pair.eventId</c>, or null.</summary>
    public static FieldDescriptor? FindPath(MessageDescriptor type, string path)
    {
        FieldDescriptor? field = null;
        MessageDescriptor? within = type;
        foreach (var name in path.Split('.'))
        {
            field = within is null ? null : Find(within, name);
            if (field is null)
            {
                return null;
            }

            within = field is { FieldType: FieldType.Message, IsRepeated: false } ? field.MessageType : null;
        }

        return field;
    }
}
