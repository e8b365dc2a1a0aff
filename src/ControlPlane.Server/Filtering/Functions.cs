using System.Globalization;

namespace ControlPlane.Server.Filtering;

/// <summary>The functions of CEL that filters have.</summary>
internal static class Functions
{
    public const string Names =
        "size, contains, startsWith, endsWith, matches, int, double, string, has, all, exists, exists_one, filter and map";

    /// <summary>Characters of a text (code points), items of a list, entries of a map.</summary>
    public static Value Size(Value value) => value.Kind switch
    {
        Kind.Text => Value.Of((long)value.Text.Length - value.Text.Count(char.IsLowSurrogate)),
        Kind.List or Kind.Map => Value.Of((long)Members.Count(value)),
        _ => Wrong("size", value),
    };

    public static Value ToInt(Value value) => value.Kind switch
    {
        Kind.Int => value,
        Kind.Double when value.Double is > -9.2233720368547758e18 and < 9.2233720368547758e18 => Value.Of((long)value.Double),
        Kind.Text when long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => Value.Of(number),
        Kind.Double or Kind.Text => Value.Error("int() cannot read the value"),
        _ => Wrong("int", value),
    };

    public static Value ToDouble(Value value) => value.Kind switch
    {
        Kind.Int or Kind.Double => Value.Of(value.Double),
        Kind.Text when double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => Value.Of(number),
        Kind.Text => Value.Error("double() cannot read the value"),
        _ => Wrong("double", value),
    };

    public static Value ToText(Value value) => value.Kind switch
    {
        Kind.Text => value,
        Kind.Bool => Value.Of(value.IsTrue ? "true" : "false"),
        Kind.Int => Value.Of(value.Int.ToString(CultureInfo.InvariantCulture)),
        Kind.Double => Value.Of(value.Double.ToString("R", CultureInfo.InvariantCulture)),
        _ => Wrong("string", value),
    };

    private static Value Wrong(string function, Value value) => Value.Error($"{function}() does not take {Value.NameOf(value.Kind)}");
}
