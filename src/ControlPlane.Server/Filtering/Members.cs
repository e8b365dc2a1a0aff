using System.Text.Json;

namespace ControlPlane.Server.Filtering;

/// <summary>What lists and maps hold.</summary>
internal static class Members
{
    public static int Count(Value container) =>
        container.Items?.Count ?? container.Labels?.Count
        ?? (container.Kind == Kind.List ? container.Json.GetArrayLength() : container.Json.GetPropertyCount());

    /// <summary>The items of a list, as far as the steps reach.</summary>
    public static IEnumerable<Value> Each(Evaluation evaluation, Value list)
    {
        if (list.Items is { } items)
        {
            foreach (var item in items)
            {
                if (!evaluation.Take())
                {
                    yield break;
                }

                yield return item;
            }

            yield break;
        }

        foreach (var item in list.Json.EnumerateArray())
        {
            if (!evaluation.Take())
            {
                yield break;
            }

            yield return Read(evaluation, item);
        }
    }

    /// <summary>The keys of a map, as far as the steps reach.</summary>
    public static IEnumerable<string> Keys(Evaluation evaluation, Value map) =>
        (map.Labels?.Keys ?? map.Json.EnumerateObject().Select(property => property.Name)).TakeWhile(_ => evaluation.Take());

    /// <summary>What a map has under a key, or null.</summary>
    public static Value? Find(Evaluation evaluation, Value map, string key)
    {
        if (map.Labels is { } labels)
        {
            return labels.TryGetValue(key, out var text) ? Value.Of(text) : null;
        }

        // The names of a JSON object are looked through one by one.
        return evaluation.Take(1 + (map.Json.GetPropertyCount() / 8)) && map.Json.TryGetProperty(key, out var found)
            ? Read(evaluation, found)
            : null;
    }

    /// <summary>What stands at a key of a map or at an index of a list.</summary>
    public static Value At(Evaluation evaluation, Value container, Value index)
    {
        if (container.IsError || index.IsError)
        {
            return container.IsError ? container : index;
        }

        return (container.Kind, index.Kind) switch
        {
            (Kind.Map, Kind.Text) => Find(evaluation, container, index.Text) ?? NoKey(index.Text),
            (Kind.List, Kind.Int) when index.Int < 0 || index.Int >= Count(container) =>
                Value.Error($"the list has no item {index.Int.ToString(System.Globalization.CultureInfo.InvariantCulture)}"),
            (Kind.List, Kind.Int) when container.Items is { } items => items[(int)index.Int],
            (Kind.List, Kind.Int) => evaluation.Take(1 + ((int)index.Int / 8))
                ? Read(evaluation, container.Json[(int)index.Int])
                : Value.Error("too many steps"),
            _ => Value.Error($"{Value.NameOf(container.Kind)} has nothing at a {Value.NameOf(index.Kind)}"),
        };
    }

    /// <summary>The member of a map that a dot selects.</summary>
    public static Value Select(Evaluation evaluation, Value map, string key) => map.Kind switch
    {
        Kind.Error => map,
        Kind.Map => Find(evaluation, map, key) ?? NoKey(key),
        _ => Value.Error($"{Value.NameOf(map.Kind)} has no \"{key}\""),
    };

    private static Value NoKey(string key) => Value.Error($"there is no \"{key}\"");

    private static Value Read(Evaluation evaluation, JsonElement element)
    {
        var value = Value.Of(element);
        if (value.Kind == Kind.Text)
        {
            evaluation.TakeText(value.Text.Length);
        }

        return value;
    }
}
