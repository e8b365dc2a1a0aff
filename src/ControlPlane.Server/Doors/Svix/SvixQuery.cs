using System.Globalization;
using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>The query of a request. Whatever is wrong is noted and reads as if it were not there.</summary>
internal sealed class SvixQuery(IQueryCollection query, Violations violations)
{
    private const string Types = "event_types";
    private const int DefaultLimit = 50;
    private const int LargestLimit = 250;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>How many entries the caller wants.</summary>
    public int Limit() => Number("limit", 1, LargestLimit) ?? DefaultLimit;

    /// <summary>Where the list is to go on; empty for its begin.</summary>
    public string Iterator() => Text("iterator") ?? "";

    public string? Text(string name)
    {
        _asked.Add(name);
        if (!query.TryGetValue(name, out var values))
        {
            return null;
        }

        if (values.Count > 1)
        {
            Refuse(name, "FIELD_TWICE", "is there twice");
        }

        return values[0];
    }

    public bool Flag(string name, bool otherwise = false)
    {
        switch (Text(name))
        {
            case null:
                return otherwise;
            case "true":
                return true;
            case "false":
                return false;
            default:
                Refuse(name, "WRONG_TYPE", "must be true or false");
                return otherwise;
        }
    }

    public int? Number(string name, int least, int most)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Refuse(name, "OUT_OF_RANGE", $"must be a whole number of {least} to {most}");
        return null;
    }

    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (Rfc3339.Read(text) is { } time)
        {
            return time;
        }

        Refuse(name, "WRONG_TYPE", Rfc3339.Rule);
        return null;
    }

    /// <summary>Event types, written as <c>event_types=a,b</c>, <c>event_types[]=a</c> or <c>event_types[0]=a</c>.</summary>
    public List<string> EventTypes()
    {
        var names = query.Keys.Where(name => name == Types || (name.StartsWith($"{Types}[", StringComparison.Ordinal) && name.EndsWith(']'))).ToList();
        _asked.UnionWith(names);
        return [.. names.SelectMany(name => query[name]).SelectMany(text => (text ?? "").Split(',')).Where(type => type.Length > 0).Distinct()];
    }

    /// <summary>Whether the newest entries come last.</summary>
    public bool Ascending()
    {
        var order = Text("order");
        if (order is not (null or "ascending" or "descending"))
        {
            Refuse("order", "UNKNOWN_VALUE", "must be ascending or descending");
        }

        return order == "ascending";
    }

    /// <summary>Notes every parameter that was not asked for.</summary>
    public void End()
    {
        foreach (var name in query.Keys.Where(name => !_asked.Contains(name)))
        {
            Refuse(name, "UNKNOWN_FIELD", "is not a parameter of this request");
        }
    }

    public void Refuse(string name, string reason, string message) => violations.Add($"query.{name}", reason, message);
}
