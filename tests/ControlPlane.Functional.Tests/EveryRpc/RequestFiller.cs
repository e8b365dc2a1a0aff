using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ControlPlane.Functional.Tests.EveryRpc;

/// <summary>
/// Makes requests that are right in themselves by the names of their fields, with given ids wherever an id can stand.
/// </summary>
public sealed class RequestFiller(ResourceIds ids, string url)
{
    private const string OwnPackage = "controlplane.v1";

    /// <summary>Fills a request.</summary>
    /// <param name="type">Of which message.</param>
    /// <param name="withTenant">Whether fields that name a tenant are filled too.</param>
    public IMessage Fill(MessageDescriptor type, bool withTenant = true) => Fill(type, withTenant, resources: true);

    private IMessage Fill(MessageDescriptor type, bool withTenant, bool resources)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        // Of alternatives the first, which is an id.
        foreach (var field in type.Fields.InDeclarationOrder()
            .Where(f => !f.IsMap && (f.RealContainingOneof is not { } oneof || oneof.Fields[0] == f)))
        {
            if (field.FieldType == FieldType.Message)
            {
                // Resources that a request carries; what is inside those is optional.
                if (resources && field.MessageType.File.Package == OwnPackage)
                {
                    Set(field, message, Fill(field.MessageType, withTenant, resources: false));
                }
            }
            else if (Value(type, field, withTenant) is { } value)
            {
                Set(field, message, value);
            }
        }

        return message;
    }

    private object? Value(MessageDescriptor type, FieldDescriptor field, bool withTenant) => field.Name switch
    {
        "tenant_id" when !withTenant => null,
        "id" when type.Name == "Tenant" && !withTenant => null,
        "url" => url,
        "event_types" => "*",
        "type" => "order.created",
        "payload" => ByteString.CopyFromUtf8("{}"),
        "scopes" => "events.read",
        "name" when type.Name is "EventType" or "DeleteEventTypeRequest" => ids.EventType,
        "name" => "renamed",
        "webhook_ids" => ids.Webhook,
        _ when field.Name == "id" || field.Name.EndsWith("_id", StringComparison.Ordinal) => ids.Of(type.Name, field.Name),
        _ => null,
    };

    private static void Set(FieldDescriptor field, IMessage message, object value)
    {
        if (field.IsRepeated)
        {
            ((IList)field.Accessor.GetValue(message)).Add(value);
        }
        else
        {
            field.Accessor.SetValue(message, value);
        }
    }
}
