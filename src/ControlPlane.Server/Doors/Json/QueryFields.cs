using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Doors.Json;

/// <summary>The fields that were found in a query, which has no order and takes a field by either of its names.</summary>
internal sealed class QueryFields
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Of each message and group of fields that exclude each other, the one that was found first.</summary>
    private readonly Dictionary<(string Message, OneofDescriptor Group), FieldDescriptor> _chosen = [];

    /// <summary>Returns the name of a field in the contract, such as <c>pair.event_id</c>.</summary>
    /// <param name="path">The fields along its path.</param>
    public static string NameOf(IEnumerable<FieldDescriptor> path) => string.Join('.', path.Select(field => field.Name));

    /// <summary>Notes a field; returns false if it was there already.</summary>
    public bool Add(IReadOnlyList<FieldDescriptor> path) => _names.Add(NameOf(path));

    /// <summary>Returns whether a field, or a message that it is in, excludes one that was found before.</summary>
    public bool Excludes(IReadOnlyList<FieldDescriptor> path)
    {
        var excludes = false;
        for (var i = 0; i < path.Count; i++)
        {
            if (path[i].RealContainingOneof is { } group)
            {
                var place = (NameOf(path.Take(i)), group);
                excludes |= !_chosen.TryAdd(place, path[i]) && _chosen[place] != path[i];
            }
        }

        return excludes;
    }
}
