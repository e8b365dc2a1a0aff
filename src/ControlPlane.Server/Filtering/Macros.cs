namespace ControlPlane.Server.Filtering;

/// <summary>What macros do with each item of a list, or key of a map.</summary>
internal static class Macros
{
    public static bool Has(string name) => name is "all" or "exists" or "exists_one" or "filter" or "map";

    /// <summary>Runs a macro.</summary>
    /// <param name="name">Which.</param>
    /// <param name="evaluation">The evaluation.</param>
    /// <param name="range">The list or map.</param>
    /// <param name="slot">The variable that each item is bound to.</param>
    /// <param name="body">What is evaluated for each.</param>
    public static Value Run(string name, Evaluation evaluation, Value range, int slot, Node body)
    {
        if (range.Kind is not (Kind.List or Kind.Map))
        {
            return range.IsError ? range : Value.Error($"\"{name}\" takes a list or a map, not {Value.NameOf(range.Kind)}");
        }

        var (state, kept) = (new Quantifier(name), new List<Value>());
        foreach (var item in range.Kind == Kind.List ? Members.Each(evaluation, range) : Members.Keys(evaluation, range).Select(Value.Of))
        {
            evaluation.Variables[slot] = item;
            var value = body(evaluation);
            if (name == "map")
            {
                if (value.IsError)
                {
                    return value;
                }

                kept.Add(value);
            }
            else if (name == "filter" && value.IsTrue)
            {
                kept.Add(item);
            }
            else if (name == "filter" ? value.Kind != Kind.Bool : state.Decides(value))
            {
                return name == "filter" ? Quantifier.NotBool(name, value) : state.Result;
            }
        }

        return name is "map" or "filter" ? Value.Of(kept) : state.Result;
    }

    /// <summary>all, exists and exists_one. What decides does so whatever others come to, also if they fail.</summary>
    private struct Quantifier(string name)
    {
        private Value? _error;
        private int _count;
        private bool _decided;

        public readonly Value Result => name switch
        {
            "all" => _decided ? Value.False : _error ?? Value.True,
            "exists" => _decided ? Value.True : _error ?? Value.False,
            _ => _error ?? Value.Of(_count == 1),
        };

        public bool Decides(Value value)
        {
            if (value.Kind != Kind.Bool)
            {
                _error ??= NotBool(name, value);
            }

            _count += value.IsTrue ? 1 : 0;
            return _decided = (name == "all" && value.IsFalse) || (name == "exists" && value.IsTrue);
        }

        public static Value NotBool(string name, Value value) =>
            value.IsError ? value : Value.Error($"\"{name}\" takes what is bool, not {Value.NameOf(value.Kind)}");
    }
}
