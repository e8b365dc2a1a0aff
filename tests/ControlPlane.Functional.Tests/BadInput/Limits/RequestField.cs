using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ControlPlane.Functional.Tests.BadInput.Limits;

/// <summary>A field of a request, or of a message in it.</summary>
/// <param name="Parents">The fields that lead to it from the request.</param>
/// <param name="Field">The field itself.</param>
public sealed record RequestField(IReadOnlyList<FieldDescriptor> Parents, FieldDescriptor Field)
{
    private const string OwnPackage = "controlplane.v1";

    /// <summary>Where it is declared, such as <c>RetryPolicy.max_age</c>.</summary>
    public string Name => $"{Field.ContainingType.FullName[(OwnPackage.Length + 1)..]}.{Field.Name}";

    /// <summary>As errors name it, such as <c>webhook.retry_policy.max_age</c>; of lists it lies in the first entry.</summary>
    public string Path => string.Concat(Parents.Select(p => p.IsRepeated ? $"{p.Name}[0]." : $"{p.Name}.")) + Field.Name;

    /// <summary>Every field of a request that callers can put something into, lists of messages themselves included.</summary>
    /// <param name="request">The request's type.</param>
    /// <param name="isOpaque">Whether what is in a message does not matter, because the message is ignored.</param>
    public static IEnumerable<RequestField> Of(MessageDescriptor request, Predicate<RequestField> isOpaque) => Of(request, [], isOpaque);

    /// <summary>Puts a value into it; what leads there is made where it is missing.</summary>
    /// <param name="request">The request.</param>
    /// <param name="value">A value, or the entries of a list or map.</param>
    /// <param name="make">Makes messages that are right in themselves.</param>
    /// <param name="beside">Changes what stands beside it, before it is put there.</param>
    public void Put(IMessage request, object value, Func<MessageDescriptor, IMessage> make, Action<IMessage>? beside)
    {
        var message = Parents.Aggregate(request, (within, parent) => Enter(within, parent, make));
        beside?.Invoke(message);
        Field.Accessor.Clear(message);
        switch (Field.Accessor.GetValue(message))
        {
            case IDictionary map when Field.IsMap:
                foreach (DictionaryEntry entry in (IDictionary)value)
                {
                    map.Add(entry.Key, entry.Value);
                }

                break;
            case IList list when Field.IsRepeated:
                foreach (var item in (IEnumerable)value)
                {
                    list.Add(Typed(item));
                }

                break;
            default:
                Field.Accessor.SetValue(message, Typed(value));
                break;
        }
    }

    private static IEnumerable<RequestField> Of(MessageDescriptor type, FieldDescriptor[] parents, Predicate<RequestField> isOpaque)
    {
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            var found = new RequestField(parents, field);
            var isMessage = field.FieldType == FieldType.Message && !field.IsMap && field.MessageType.File.Package == OwnPackage;
            if (!isMessage || field.IsRepeated || isOpaque(found))
            {
                yield return found;
            }

            foreach (var inside in isMessage && !isOpaque(found) ? Of(field.MessageType, [.. parents, field], isOpaque) : [])
            {
                yield return inside;
            }
        }
    }

    private static IMessage Enter(IMessage within, FieldDescriptor parent, Func<MessageDescriptor, IMessage> make)
    {
        if (parent.IsRepeated)
        {
            var list = (IList)parent.Accessor.GetValue(within);
            if (list.Count == 0)
            {
                list.Add(make(parent.MessageType));
            }

            return (IMessage)list[0]!;
        }

        if (parent.Accessor.GetValue(within) is not IMessage next)
        {
            next = make(parent.MessageType);
            parent.Accessor.SetValue(within, next);
        }

        return next;
    }

    private object Typed(object value) =>
        Field.FieldType == FieldType.Enum ? Enum.ToObject(Field.EnumType.ClrType, value) : value;
}
