using System.Collections;
using ControlPlane.Server.Api.Errors;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Api.Validation;

/// <summary>
/// Which fields an update changes (AIP-134, AIP-161). The protobuf library's own merge cannot be used: it throws at maps and
/// at unset parents of nested fields, and gives a field with presence a value where it should be unset.
/// </summary>
internal sealed class UpdateMask
{
    private const string Field = "update_mask";
    private const int MaximumPaths = 100;
    private readonly IReadOnlyList<IReadOnlyList<FieldDescriptor>> _paths;

    private UpdateMask(IReadOnlyList<IReadOnlyList<FieldDescriptor>> paths) => _paths = paths;

    /// <summary>Reads a request's mask; notes paths that do not exist.</summary>
    /// <param name="mask">Unset or empty: every field that is set in the source. <c>*</c>: every field.</param>
    /// <param name="source">The resource with the new values.</param>
    /// <param name="violations">Where to note.</param>
    public static UpdateMask Read(FieldMask? mask, IMessage source, Violations violations)
    {
        var fields = source.Descriptor.Fields.InDeclarationOrder();
        if (mask is null || mask.Paths.Count == 0)
        {
            var blank = source.Descriptor.Parser.ParseFrom(ByteString.Empty);
            return new([.. fields.Where(f => IsSet(f, source, blank)).Select(f => (FieldDescriptor[])[f])]);
        }

        if (mask.Paths.Count > MaximumPaths)
        {
            violations.Add(Field, "TOO_MANY", $"must have at most {MaximumPaths} paths");
            return new([]);
        }

        if (mask.Paths.Contains("*"))
        {
            if (mask.Paths.Count > 1)
            {
                violations.Add(Field, "WILDCARD_NOT_ALONE", "\"*\" must be the only path");
            }

            return new([.. fields.Select(f => (FieldDescriptor[])[f])]);
        }

        var paths = new List<IReadOnlyList<FieldDescriptor>>();
        foreach (var path in mask.Paths.Distinct(StringComparer.Ordinal))
        {
            if (Resolve(source.Descriptor, path) is { } found)
            {
                paths.Add(found);
            }
            else
            {
                violations.Add(Field, "FIELD_UNKNOWN", $"names \"{path}\", which is no field that can be changed by itself");
            }
        }

        return new(paths);
    }

    /// <summary>Whether the mask names a field of the resource, by its whole path.</summary>
    public bool Names(string field) => _paths.Any(path => path.Count == 1 && path[0].Name == field);

    /// <summary>Whether the mask names a field of the resource, or part of it.</summary>
    public bool Touches(string field) => _paths.Any(path => path[0].Name == field);

    /// <summary>Copies the named fields; messages, lists and maps are replaced whole.</summary>
    /// <param name="source">The resource with the new values.</param>
    /// <param name="target">The resource to change.</param>
    /// <param name="ignored">Fields of the resource that stay as they are.</param>
    public void Merge(IMessage source, IMessage target, IReadOnlySet<string> ignored)
    {
        foreach (var path in _paths.Where(path => !ignored.Contains(path[0].Name)))
        {
            Merge(path, source, target);
        }
    }

    private static void Merge(IReadOnlyList<FieldDescriptor> path, IMessage source, IMessage target)
    {
        IMessage? from = source;
        var to = target;
        foreach (var parent in path.Take(path.Count - 1))
        {
            from = from is null ? null : (IMessage?)parent.Accessor.GetValue(from);
            var next = (IMessage?)parent.Accessor.GetValue(to);
            if (next is null)
            {
                if (from is null)
                {
                    return;
                }

                next = parent.MessageType.Parser.ParseFrom(ByteString.Empty);
                parent.Accessor.SetValue(to, next);
            }

            to = next;
        }

        Copy(path[^1], from ?? path[^1].ContainingType.Parser.ParseFrom(ByteString.Empty), to);
    }

    private static void Copy(FieldDescriptor field, IMessage source, IMessage target)
    {
        // A mask can name a message and a field in it; the second copy would be onto itself.
        if (ReferenceEquals(source, target))
        {
            return;
        }

        field.Accessor.Clear(target);
        switch (field.Accessor.GetValue(source))
        {
            case IDictionary map:
                var entries = (IDictionary)field.Accessor.GetValue(target);
                foreach (DictionaryEntry entry in map)
                {
                    entries.Add(entry.Key, entry.Value);
                }

                break;
            case IList list:
                var items = (IList)field.Accessor.GetValue(target);
                foreach (var item in list)
                {
                    items.Add(item);
                }

                break;
            case { } value when !field.HasPresence || field.Accessor.HasValue(source):
                field.Accessor.SetValue(target, value);
                break;
        }
    }

    private static bool IsSet(FieldDescriptor field, IMessage message, IMessage blank) =>
        field.HasPresence
            ? field.Accessor.HasValue(message)
            : !Equals(field.Accessor.GetValue(message), field.Accessor.GetValue(blank));

    private static List<FieldDescriptor>? Resolve(MessageDescriptor message, string path)
    {
        var found = new List<FieldDescriptor>();
        var within = message;
        foreach (var name in path.Split('.'))
        {
            if (within?.FindFieldByName(name) is not { } field)
            {
                return null;
            }

            found.Add(field);
            within = !field.IsRepeated && field.FieldType == FieldType.Message ? field.MessageType : null;
        }

        return found;
    }
}
