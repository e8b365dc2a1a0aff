using System.Globalization;
using System.Text.RegularExpressions;
using Antlr4.Runtime;
using static Cel.Internal.CelParser;

namespace ControlPlane.Server.Filtering;

/// <summary>Names, functions and macros.</summary>
internal sealed partial class FilterCompiler
{
    private const string Event = "event";
    private const string Fields = "id, type, instance, labels and payload";
    private const int LongestPattern = 512;

    /// <summary>A match takes time in proportion to the text; this bounds the factor, which some patterns make large.</summary>
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(250);

    private Part Identifier(IToken name)
    {
        if (_scope.LastIndexOf(name.Text) is >= 0 and var slot)
        {
            return new(evaluation => evaluation.Variables[slot]);
        }

        faults.Add(FilterFault.At(name, name.Text == Event
            ? $"\"event\" stands before a field: {Fields}"
            : $"there is no \"{name.Text}\"; what there is begins with \"event.\""));
        return Nothing;
    }

    private bool IsEvent(MemberContext context) =>
        context is PrimaryExprContext primary && primary.primary() is IdentOrGlobalCallContext { op: null, id.Text: Event } && !_scope.Contains(Event);

    private Part Select(SelectContext context)
    {
        var name = context.id.Text;
        if (IsEvent(context.member()))
        {
            switch (name)
            {
                case "id":
                    return new(e => e.Input.Id, Kind.Text);
                case "type":
                    return new(e => e.Input.Type, Kind.Text);
                case "instance":
                    return new(e => e.Input.Instance, Kind.Text);
                case "labels":
                    return new(e => e.Input.Labels, Kind.Map);
                case "payload":
                    return new(e => e.Input.Payload());
                default:
                    faults.Add(FilterFault.At(context.id, $"an event has no \"{name}\"; it has {Fields}"));
                    return Nothing;
            }
        }

        var from = Compile(context.member());
        Check(context.id, from.Kind is Kind.Any or Kind.Map, $"{Value.NameOf(from.Kind)} has no \"{name}\"");
        return new(evaluation => evaluation.Take() ? Members.Select(evaluation, from.Node(evaluation), name) : Value.Null);
    }

    private Part At(IndexContext context)
    {
        var (from, index) = (Compile(context.member()), Compile(context.index));
        Check(context.op, from.Kind is Kind.Any or Kind.Map or Kind.List, $"{Value.NameOf(from.Kind)} has nothing at an index");
        return new(e => e.Take() ? Members.At(e, from.Node(e), index.Node(e)) : Value.Null);
    }

    private Part GlobalCall(IdentOrGlobalCallContext context)
    {
        var (name, arguments) = (context.id, context.args?._e ?? []);
        if (name.Text == "has")
        {
            return Has(name, arguments);
        }

        var parts = arguments.Select(Compile).ToList();
        return Function(name, parts, arguments);
    }

    private Part MemberCall(MemberCallContext context)
    {
        var arguments = context.args?._e ?? [];
        return Macros.Has(context.id.Text)
            ? Macro(context, arguments)
            : Function(context.id, [Compile(context.member()), .. arguments.Select(Compile)], [null, .. arguments]);
    }

    /// <summary>Compiles a call; of a member call the first argument is what stands before the dot.</summary>
    private Part Function(IToken name, List<Part> parts, IList<ExprContext?> arguments)
    {
        switch (name.Text, parts.Count)
        {
            case ("size", 1):
                return Call(name, parts, Functions.Size, Kind.Int, Kind.Text, Kind.List, Kind.Map);
            case ("int", 1):
                return Call(name, parts, Functions.ToInt, Kind.Int, Kind.Int, Kind.Double, Kind.Text);
            case ("double", 1):
                return Call(name, parts, Functions.ToDouble, Kind.Double, Kind.Int, Kind.Double, Kind.Text);
            case ("string", 1):
                return Call(name, parts, Functions.ToText, Kind.Text, Kind.Int, Kind.Double, Kind.Text, Kind.Bool);
            case ("contains", 2):
                return Texts(name, parts, static (text, other) => text.Contains(other, StringComparison.Ordinal));
            case ("startsWith", 2):
                return Texts(name, parts, static (text, other) => text.StartsWith(other, StringComparison.Ordinal));
            case ("endsWith", 2):
                return Texts(name, parts, static (text, other) => text.EndsWith(other, StringComparison.Ordinal));
            case ("matches", 2):
                return Matches(name, parts[0], arguments[1]!);
            default:
                faults.Add(FilterFault.At(name, string.Create(
                    CultureInfo.InvariantCulture,
                    $"there is no function \"{name.Text}\" of {parts.Count} values; there are {Functions.Names}")));
                return Nothing;
        }
    }

    private Part Call(IToken name, List<Part> parts, Func<Value, Value> function, Kind result, params ReadOnlySpan<Kind> kinds)
    {
        var (argument, kind) = (parts[0].Node, parts[0].Kind);
        Check(name, kind == Kind.Any || kinds.Contains(kind), $"\"{name.Text}\" does not take {Value.NameOf(kind)}");
        return new(e => e.Take() && argument(e) is var value ? value.IsError ? value : function(value) : Value.Null, result);
    }

    private Part Texts(IToken name, List<Part> parts, Func<string, string, bool> function)
    {
        parts.ForEach(part => Require(name, part, Kind.Text, $"what \"{name.Text}\" takes"));
        var (text, other, what) = (parts[0].Node, parts[1].Node, name.Text);
        return new(
            evaluation =>
            {
                var (one, two) = (text(evaluation), other(evaluation));
                return one.IsError ? one : two.IsError ? two
                    : one.Kind != Kind.Text || two.Kind != Kind.Text
                        ? Value.Error($"\"{what}\" takes strings, not {Value.NameOf(one.Kind)} and {Value.NameOf(two.Kind)}")
                    : Value.Of(evaluation.TakeText(one.Text.Length) && function(one.Text, two.Text));
            },
            Kind.Bool);
    }

    /// <summary>Patterns without backtracking take time in proportion to the text. They are made once, so they have to be known.</summary>
    private Part Matches(IToken name, Part text, ExprContext argument)
    {
        Require(name, text, Kind.Text, "what \"matches\" looks at");
        var pattern = Compile(argument);
        if (pattern.Kind != Kind.Text || argument.Start != argument.Stop)
        {
            faults.Add(FilterFault.At(argument.Start, "the pattern of \"matches\" has to be a string in the filter"));
            return Nothing;
        }

        var source = pattern.Node(new(new("", "", "", null, null), 0, new())).Text;
        Regex regex;
        try
        {
            regex = source.Length <= LongestPattern
                ? new(source, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MatchTimeout)
                : throw new ArgumentException($"it has at most {LongestPattern} characters");
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            faults.Add(FilterFault.At(argument.Start, $"the pattern cannot be used: {e.Message}"));
            return Nothing;
        }

        return new(
            evaluation => text.Node(evaluation) switch
            {
                { IsError: true } error => error,
                { Kind: Kind.Text } value => Value.Of(evaluation.Take(50 + (value.Text.Length / 4)) && regex.IsMatch(value.Text)),
                var other => Value.Error($"\"matches\" looks at a string, not {Value.NameOf(other.Kind)}"),
            },
            Kind.Bool);
    }

    private Part Has(IToken name, IList<ExprContext> arguments)
    {
        if (arguments is not [var argument] || Inner(argument) is not SelectContext { opt: null } select)
        {
            faults.Add(FilterFault.At(name, "\"has\" takes a field: has(event.payload.amount)"));
            return Nothing;
        }

        if (IsEvent(select.member()))
        {
            Select(select);
            return select.id.Text == "payload" ? new(e => Value.Of(e.Input.HasPayload), Kind.Bool) : Constant(Value.True);
        }

        var (from, key) = (Compile(select.member()), select.id.Text);
        return new(
            e => from.Node(e) switch
            {
                { IsError: true } error => error,
                { Kind: Kind.Map } map => Value.Of(Members.Find(e, map, key) is not null),
                var other => Value.Error($"{Value.NameOf(other.Kind)} has no fields"),
            },
            Kind.Bool);
    }

    private Part Macro(MemberCallContext context, IList<ExprContext> arguments)
    {
        var name = context.id;
        if (arguments is not [var variable, var body] || VariableOf(variable) is not { } bound)
        {
            faults.Add(FilterFault.At(name, $"\"{name.Text}\" takes a variable and an expression: list.{name.Text}(item, item > 1)"));
            return Nothing;
        }

        var range = Compile(context.member());
        Check(name, range.Kind is Kind.Any or Kind.List or Kind.Map, $"\"{name.Text}\" takes a list or a map, not {Value.NameOf(range.Kind)}");
        var slot = _scope.Count;
        _scope.Add(bound);
        Variables = Math.Max(Variables, _scope.Count);
        var inner = Compile(body);
        _scope.RemoveAt(slot);
        var (macro, isQuantifier) = (name.Text, name.Text is not ("filter" or "map"));
        if (macro != "map")
        {
            Require(body.Start, inner, Kind.Bool, $"the expression of \"{macro}\"");
        }

        return new(e => e.Take() ? Macros.Run(macro, e, range.Node(e), slot, inner.Node) : Value.False, isQuantifier ? Kind.Bool : Kind.List);
    }

    private static string? VariableOf(ParserRuleContext context) =>
        Inner(context) is IdentOrGlobalCallContext { op: null, leadingDot: null } identifier ? identifier.id.Text : null;

    /// <summary>The rule that an expression is nothing but.</summary>
    private static ParserRuleContext Inner(ParserRuleContext context)
    {
        while (context.ChildCount == 1 && context.GetChild(0) is ParserRuleContext only)
        {
            context = only;
        }

        return context;
    }
}
