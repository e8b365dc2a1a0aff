using System.Text.Json;

namespace ControlPlane.Server.Filtering;

/// <summary>What a value is. Any is known for none but at the time of the evaluation.</summary>
internal enum Kind
{
    Any,
    Null,
    Bool,
    Int,
    Double,
    Text,
    List,
    Map,

    /// <summary>The evaluation failed; the text says why.</summary>
    Error,
}

/// <summary>A value of an expression. Lists and maps of the payload stay the JSON that they are.</summary>
internal readonly struct Value
{
    private readonly long _number;

    /// <summary>Text; a list of values; a map of labels.</summary>
    private readonly object? _reference;

    private Value(Kind kind, long number = 0, object? reference = null, JsonElement json = default) =>
        (Kind, _number, _reference, Json) = (kind, number, reference, json);

    public static Value Null { get; } = new(Kind.Null);

    public static Value True { get; } = new(Kind.Bool, 1);

    public static Value False { get; } = new(Kind.Bool);

    public Kind Kind { get; }

    /// <summary>The JSON of a list or map of the payload.</summary>
    public JsonElement Json { get; }

    public bool IsTrue => Kind == Kind.Bool && _number == 1;

    public bool IsFalse => Kind == Kind.Bool && _number == 0;

    public bool IsError => Kind == Kind.Error;

    public bool IsNumber => Kind is Kind.Int or Kind.Double;

    public long Int => _number;

    /// <summary>A number of either kind.</summary>
    public double Double => Kind == Kind.Int ? _number : BitConverter.Int64BitsToDouble(_number);

    public string Text => (string)_reference!;

    /// <summary>The values of a list that is none of the payload.</summary>
    public IReadOnlyList<Value>? Items => _reference as IReadOnlyList<Value>;

    /// <summary>The labels of a map that is none of the payload.</summary>
    public IReadOnlyDictionary<string, string>? Labels => _reference as IReadOnlyDictionary<string, string>;

    public static Value Of(bool value) => value ? True : False;

    public static Value Of(long value) => new(Kind.Int, value);

    public static Value Of(double value) => new(Kind.Double, BitConverter.DoubleToInt64Bits(value));

    public static Value Of(string value) => new(Kind.Text, reference: value);

    public static Value Of(IReadOnlyList<Value> items) => new(Kind.List, reference: items);

    public static Value Of(IReadOnlyDictionary<string, string> labels) => new(Kind.Map, reference: labels);

    public static Value Error(string why) => new(Kind.Error, reference: why);

    /// <summary>The value of a part of the payload. A number without fraction and exponent is an int, if it is small enough.</summary>
    public static Value Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True => True,
        JsonValueKind.False => False,
        JsonValueKind.String => Of(json.GetString()!),
        JsonValueKind.Number => json.TryGetInt64(out var number) ? Of(number) : Of(json.GetDouble()),
        JsonValueKind.Array => new(Kind.List, json: json),
        JsonValueKind.Object => new(Kind.Map, json: json),
        _ => Null,
    };

    /// <summary>The name of a kind in CEL.</summary>
    public static string NameOf(Kind kind) => kind switch
    {
        Kind.Null => "null",
        Kind.Bool => "bool",
        Kind.Int => "int",
        Kind.Double => "double",
        Kind.Text => "string",
        Kind.List => "list",
        Kind.Map => "map",
        _ => "dyn",
    };
}
