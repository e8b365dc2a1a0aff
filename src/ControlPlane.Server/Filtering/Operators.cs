using System.Globalization;

namespace ControlPlane.Server.Filtering;

/// <summary>The operators of CEL over values.</summary>
internal static class Operators
{
    public static Value Equal(Evaluation evaluation, Value left, Value right, bool negate = false)
    {
        if (left.IsError || right.IsError)
        {
            return left.IsError ? left : right;
        }

        return Value.Of(Same(evaluation, left, right) != negate);
    }

    /// <summary>Values of different kinds are not the same, numbers apart.</summary>
    public static bool Same(Evaluation evaluation, Value left, Value right)
    {
        if (!evaluation.Take())
        {
            return false;
        }

        if (left.IsNumber && right.IsNumber)
        {
            return AreNumbers(left, right) && Compare(left, right) == 0;
        }

        return left.Kind == right.Kind && left.Kind switch
        {
            Kind.Null => true,
            Kind.Bool => left.IsTrue == right.IsTrue,
            Kind.Text => evaluation.TakeText(left.Text.Length) && string.Equals(left.Text, right.Text, StringComparison.Ordinal),
            Kind.List => SameLists(evaluation, left, right),
            Kind.Map => SameMaps(evaluation, left, right),
            _ => false,
        };
    }

    public static Value Order(string op, Value left, Value right)
    {
        if (left.IsError || right.IsError)
        {
            return left.IsError ? left : right;
        }

        int? order = (left.Kind, right.Kind) switch
        {
            _ when left.IsNumber && right.IsNumber => Compare(left, right),
            (Kind.Text, Kind.Text) => string.CompareOrdinal(left.Text, right.Text),
            (Kind.Bool, Kind.Bool) => left.IsTrue.CompareTo(right.IsTrue),
            _ => null,
        };
        if (order is null)
        {
            return NoOverload(op, left, right);
        }

        var known = !left.IsNumber || AreNumbers(left, right);
        return Value.Of(known && op switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 });
    }

    /// <summary>What is not a number is in no order with any, and equal to none.</summary>
    private static bool AreNumbers(Value left, Value right) => !double.IsNaN(left.Double) && !double.IsNaN(right.Double);

    public static Value Calculate(Evaluation evaluation, string op, Value left, Value right)
    {
        if (left.IsError || right.IsError)
        {
            return left.IsError ? left : right;
        }

        return (left.Kind, right.Kind) switch
        {
            (Kind.Int, Kind.Int) => Whole(op, left.Int, right.Int),
            (Kind.Double, Kind.Double) when op != "%" => Value.Of(op switch
            {
                "+" => left.Double + right.Double,
                "-" => left.Double - right.Double,
                "*" => left.Double * right.Double,
                _ => left.Double / right.Double,
            }),
            (Kind.Text, Kind.Text) when op == "+" => evaluation.TakeText(left.Text.Length + right.Text.Length)
                ? Value.Of(left.Text + right.Text)
                : Value.Error("too long"),
            (Kind.List, Kind.List) when op == "+" => Joined(evaluation, left, right),
            _ => NoOverload(op, left, right),
        };
    }

    public static Value Negate(Value value) => value.Kind switch
    {
        Kind.Error => value,
        Kind.Int when value.Int != long.MinValue => Value.Of(-value.Int),
        Kind.Int => Value.Error("the number is too large"),
        Kind.Double => Value.Of(-value.Double),
        _ => Value.Error($"\"-\" takes a number, not {Value.NameOf(value.Kind)}"),
    };

    public static Value Not(Value value) => value.Kind switch
    {
        Kind.Error => value,
        Kind.Bool => Value.Of(!value.IsTrue),
        _ => Value.Error($"\"!\" takes bool, not {Value.NameOf(value.Kind)}"),
    };

    public static Value In(Evaluation evaluation, Value element, Value container)
    {
        if (element.IsError || container.IsError)
        {
            return element.IsError ? element : container;
        }

        if (container.Kind == Kind.Map)
        {
            return element.Kind == Kind.Text
                ? Value.Of(Members.Find(evaluation, container, element.Text) is not null)
                : Value.Error($"the keys of a map are strings, not {Value.NameOf(element.Kind)}");
        }

        if (container.Kind != Kind.List)
        {
            return Value.Error($"\"in\" takes a list or a map, not {Value.NameOf(container.Kind)}");
        }

        foreach (var item in Members.Each(evaluation, container))
        {
            if (Same(evaluation, element, item))
            {
                return Value.True;
            }
        }

        return Value.False;
    }

    private static int Compare(Value left, Value right)
    {
        if (left.Kind == right.Kind)
        {
            return left.Kind == Kind.Int ? left.Int.CompareTo(right.Int) : left.Double.CompareTo(right.Double);
        }

        // Exactly: as doubles, large numbers that differ would be the same.
        return left.Kind == Kind.Int ? Compare(left.Int, right.Double) : -Compare(right.Int, left.Double);
    }

    private static int Compare(long left, double right) => right switch
    {
        >= 9.2233720368547758e18 => -1,
        < -9.2233720368547758e18 => 1,
        double.NaN => 1,
        _ => left != (long)right ? left.CompareTo((long)right) : 0.0.CompareTo(right - Math.Truncate(right)),
    };

    private static Value Whole(string op, long left, long right)
    {
        try
        {
            return op switch
            {
                "+" => Value.Of(checked(left + right)),
                "-" => Value.Of(checked(left - right)),
                "*" => Value.Of(checked(left * right)),
                "/" => Value.Of(left / right),
                _ => Value.Of(right == -1 ? 0 : left % right),
            };
        }
        catch (DivideByZeroException)
        {
            return Value.Error("a division by zero");
        }
        catch (OverflowException)
        {
            return Value.Error("a number is too large");
        }
    }

    private static Value Joined(Evaluation evaluation, Value left, Value right)
    {
        var items = new List<Value>();
        foreach (var list in new[] { left, right })
        {
            items.AddRange(Members.Each(evaluation, list));
        }

        return Value.Of(items);
    }

    private static bool SameLists(Evaluation evaluation, Value left, Value right)
    {
        if (Members.Count(left) != Members.Count(right))
        {
            return false;
        }

        using var others = Members.Each(evaluation, right).GetEnumerator();
        return Members.Each(evaluation, left).All(item => others.MoveNext() && Same(evaluation, item, others.Current));
    }

    private static bool SameMaps(Evaluation evaluation, Value left, Value right) =>
        Members.Count(left) == Members.Count(right)
        && Members.Keys(evaluation, left).All(key =>
            Members.Find(evaluation, left, key) is { } mine && Members.Find(evaluation, right, key) is { } other && Same(evaluation, mine, other));

    private static Value NoOverload(string op, Value left, Value right) => Value.Error(string.Create(
        CultureInfo.InvariantCulture, $"\"{op}\" does not take {Value.NameOf(left.Kind)} and {Value.NameOf(right.Kind)}"));
}
