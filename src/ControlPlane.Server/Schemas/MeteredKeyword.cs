using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Json.Schema;
using Json.Schema.Keywords;

namespace ControlPlane.Server.Schemas;

/// <summary>
/// A keyword of JSON Schema that is paid for: what a tenant writes must not take more time than others can spare, nor more of the stack
/// than there is. Patterns are matched in time proportional to the text.
/// </summary>
internal sealed class MeteredKeyword(IKeywordHandler inner) : IKeywordHandler
{
    private const RegexOptions Matching = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    [ThreadStatic]
    private static SchemaBudget? _budget;

    /// <summary>Keywords that only compilation looks at, and by which it finds what references lead to.</summary>
    public static bool IsFree(IKeywordHandler keyword) =>
        keyword is IdKeyword or SchemaKeyword or AnchorKeyword or DynamicAnchorKeyword or DefsKeyword;

    public string Name => inner.Name;

    /// <summary>Judges on this thread with a budget.</summary>
    public static T With<T>(SchemaBudget budget, Func<T> judge)
    {
        try
        {
            _budget = budget;
            return judge();
        }
        finally
        {
            _budget = null;
        }
    }

    public static void Charge(long steps)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        _budget!.Charge(steps);
    }

    public object? ValidateKeywordValue(JsonElement value)
    {
        var parsed = inner.ValidateKeywordValue(value);
        return inner switch
        {
            PatternKeyword => new Regex(value.GetString()!, Matching),
            PatternPropertiesKeyword => ((Dictionary<string, Regex>)parsed!).Keys.ToDictionary(
                pattern => pattern, pattern => new Regex(pattern, Matching), StringComparer.Ordinal),
            _ => parsed,
        };
    }

    public void BuildSubschemas(KeywordData keyword, BuildContext context) => inner.BuildSubschemas(keyword, context);

    public KeywordEvaluation Evaluate(KeywordData keyword, EvaluationContext context)
    {
        Charge(Cost(keyword.RawValue, context.Instance));
        return inner.Evaluate(keyword, context);
    }

    /// <summary>What the keyword itself costs; its subschemas are paid for when they are evaluated.</summary>
    private long Cost(JsonElement value, JsonElement instance)
    {
        const int PerStep = 16;
        var size = instance.ValueKind switch
        {
            JsonValueKind.Array => instance.GetArrayLength(),
            JsonValueKind.Object => instance.GetPropertyCount(),
            _ => JsonMarshal.GetRawUtf8Value(instance).Length / PerStep,
        };
        var listed = value.ValueKind switch
        {
            JsonValueKind.Array => value.GetArrayLength() / PerStep,
            JsonValueKind.Object => value.GetPropertyCount() / PerStep,
            _ => 0,
        };
        return inner switch
        {
            // Each is compared with each.
            UniqueItemsKeyword when instance.ValueKind == JsonValueKind.Array => 1 + ((long)size * size / 2),
            PatternPropertiesKeyword => 1 + ((long)size * (listed + 1)),
            _ => 1 + (size / PerStep) + listed,
        };
    }
}

/// <summary>A reference within the schema, which is paid for.</summary>
internal sealed class MeteredRef : RefKeyword, IKeywordHandler
{
    KeywordEvaluation IKeywordHandler.Evaluate(KeywordData keyword, EvaluationContext context)
    {
        MeteredKeyword.Charge(1);
        return Evaluate(keyword, context);
    }
}
