using System.Text.RegularExpressions;
using Antlr4.Runtime;

namespace ControlPlane.Server.Filtering;

/// <summary>What a filter says of an event.</summary>
/// <param name="Matches">Whether it wants the event; null if it could not be evaluated.</param>
/// <param name="Detail">Which clause decided it, for people.</param>
internal readonly record struct FilterVerdict(bool? Matches, string Detail);

/// <summary>A filter that was compiled.</summary>
internal sealed class EventFilter
{
    private const int LongestClause = 200;

    private readonly IReadOnlyList<(string Text, Node Node)> _clauses;
    private readonly int _variables;

    private EventFilter(IReadOnlyList<(string Text, Node Node)> clauses, int variables) => (_clauses, _variables) = (clauses, variables);

    /// <summary>Compiles a text; returns the faults if there are any, and else the filter.</summary>
    public static (EventFilter? Filter, IReadOnlyList<FilterFault> Faults) Compile(string text)
    {
        var (tree, faults) = FilterText.Parse(text);
        if (tree is null || faults.Count > 0)
        {
            return (null, faults);
        }

        var compiler = new FilterCompiler(faults);
        var clauses = FilterCompiler.Clauses(tree.e).Select(clause => (TextOf(text, clause), compiler.Clause(clause))).ToList();
        return faults.Count > 0 ? (null, faults) : (new(clauses, compiler.Variables), []);
    }

    /// <summary>Evaluates it. A clause that is false decides, whatever others come to.</summary>
    public FilterVerdict Evaluate(FilterInput input, FilterBudget budget)
    {
        var evaluation = new Evaluation(input, _variables, budget);
        FilterVerdict? failed = null;
        foreach (var (text, node) in _clauses)
        {
            var value = Evaluate(node, evaluation);
            if (evaluation.IsSpent)
            {
                return new(null, $"\"{text}\" takes more than {Evaluation.MostSteps} steps.");
            }

            if (value.IsFalse)
            {
                return new(false, $"\"{text}\" is false.");
            }

            if (!value.IsTrue)
            {
                failed ??= new(null, $"\"{text}\" cannot be evaluated: {(value.IsError ? value.Text : $"it is {Value.NameOf(value.Kind)}")}.");
            }
        }

        return failed ?? new(true, "it is true.");
    }

    private static Value Evaluate(Node node, Evaluation evaluation)
    {
        try
        {
            return node(evaluation);
        }
        catch (RegexMatchTimeoutException)
        {
            evaluation.Take(FilterBudget.MostSteps / 10);
            return Value.Error("a match takes too long");
        }
        catch (InvalidOperationException)
        {
            // What JSON allows and no text can be: half of a surrogate pair.
            return Value.Error("a text of the payload is not Unicode");
        }
    }

    private static string TextOf(string text, ParserRuleContext clause)
    {
        var found = text[clause.Start.StartIndex..(clause.Stop.StopIndex + 1)];
        return found.Length <= LongestClause ? found : $"{found[..LongestClause]}...";
    }
}
