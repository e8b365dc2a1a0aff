using System.Text;

namespace ControlPlane.Storage.Postgres;

/// <summary>Conditions of a statement, put together with their values. The values of those before stay $1, $2, ...</summary>
internal sealed class Conditions(List<object?> values)
{
    private readonly StringBuilder _sql = new();

    /// <summary>The conditions, each begun with AND.</summary>
    public override string ToString() => _sql.ToString();

    /// <summary>Adds a condition in which <c>{0}</c> stands for the value.</summary>
    public Conditions Add(string condition, object? value)
    {
        values.Add(value);
        _sql.Append(" AND ").Append(condition.Replace("{0}", "$" + values.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        return this;
    }

    /// <summary>Adds a condition if there is a value.</summary>
    public Conditions AddIf(string condition, object? value) => value is null ? this : Add(condition, value);

    /// <summary>Adds one that a column is covered by one of the patterns, unless there are none.</summary>
    public Conditions AddTypes(string column, IReadOnlyList<string> patterns)
    {
        if (patterns.Count == 0 || patterns.Contains("*"))
        {
            return this;
        }

        var prefixes = patterns.Where(pattern => pattern.EndsWith(".*", StringComparison.Ordinal)).Select(pattern => pattern[..^1]).ToArray();
        values.Add(patterns.ToArray());
        values.Add(prefixes);
        _sql.Append(System.Globalization.CultureInfo.InvariantCulture,
            $" AND ({column} = ANY(${values.Count - 1}) OR EXISTS (SELECT 1 FROM unnest(${values.Count}::text[]) p WHERE starts_with({column}, p)))");
        return this;
    }
}
