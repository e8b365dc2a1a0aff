using System.Globalization;
using Antlr4.Runtime;
using Cel.Helpers;
using static Cel.Internal.CelParser;

namespace ControlPlane.Server.Filtering;

/// <summary>A part of an expression.</summary>
/// <param name="Node">What evaluates it.</param>
/// <param name="Kind">What it comes to, as far as that is known; Any is not.</param>
internal readonly record struct Part(Node Node, Kind Kind = Kind.Any);

/// <summary>Makes what evaluates an expression of its tree, and notes what can never be right.</summary>
internal sealed partial class FilterCompiler(List<FilterFault> faults)
{
    private static readonly Part Nothing = new(_ => Value.Error("nothing"));
    private readonly List<string> _scope = [];

    /// <summary>How many variables macros bind at once.</summary>
    public int Variables { get; private set; }

    /// <summary>What an expression joins with &amp;&amp; on its outside, whatever brackets are around it.</summary>
    public static IEnumerable<ParserRuleContext> Clauses(ExprContext context)
    {
        if (context.op is not null || context.e._e1.Count > 0)
        {
            return [context];
        }

        return context.e.e._e1.Prepend(context.e.e.e)
            .SelectMany(relation => Inner(relation) is NestedContext nested ? Clauses(nested.e) : [relation]);
    }

    /// <summary>Compiles one of the clauses.</summary>
    public Node Clause(ParserRuleContext context)
    {
        var part = context is ExprContext expression ? Compile(expression) : Compile((RelationContext)context);
        Require(context.Start, part, Kind.Bool, "a filter");
        return part.Node;
    }

    private Part Compile(ExprContext context)
    {
        var condition = Compile(context.e);
        if (context.op is null)
        {
            return condition;
        }

        Require(context.e.Start, condition, Kind.Bool, "a condition");
        var (yes, no) = (Compile(context.e1), Compile(context.e2));
        return new(
            evaluation => condition.Node(evaluation) switch
            {
                { Kind: Kind.Bool, IsTrue: true } => yes.Node(evaluation),
                { Kind: Kind.Bool } => no.Node(evaluation),
                var other => other.IsError ? other : Value.Error($"a condition is bool, not {Value.NameOf(other.Kind)}"),
            },
            yes.Kind == no.Kind ? yes.Kind : Kind.Any);
    }

    private Part Compile(ConditionalOrContext context) =>
        Join(context.e, context._e1, Compile, decides: true, context._ops.Count > 0 ? "||" : "");

    private Part Compile(ConditionalAndContext context) =>
        Join(context.e, context._e1, Compile, decides: false, context._ops.Count > 0 ? "&&" : "");

    /// <summary>The first that decides does so whatever others come to, also if they fail.</summary>
    private Part Join<TContext>(TContext first, IList<TContext> more, Func<TContext, Part> compile, bool decides, string op)
        where TContext : ParserRuleContext
    {
        if (more.Count == 0)
        {
            return compile(first);
        }

        var parts = more.Prepend(first).Select(context =>
        {
            var part = compile(context);
            Require(context.Start, part, Kind.Bool, $"what \"{op}\" joins");
            return part.Node;
        }).ToArray();
        return new(
            evaluation =>
            {
                var result = Value.Of(!decides);
                foreach (var part in parts)
                {
                    var value = part(evaluation);
                    if (value.Kind == Kind.Bool && value.IsTrue == decides)
                    {
                        return value;
                    }

                    if (value.Kind != Kind.Bool && !result.IsError)
                    {
                        result = value.IsError ? value : Value.Error($"\"{op}\" joins bool, not {Value.NameOf(value.Kind)}");
                    }
                }

                return result;
            },
            Kind.Bool);
    }

    private Part Compile(RelationContext context)
    {
        if (context.op is not { } token)
        {
            return Compile(context.calc());
        }

        var (left, right, op) = (Compile(context.relation(0)), Compile(context.relation(1)), token.Text);
        switch (op)
        {
            case "==" or "!=":
                return new(e => e.Take() ? Operators.Equal(e, left.Node(e), right.Node(e), op == "!=") : Value.False, Kind.Bool);
            case "in":
                Check(token, right.Kind is Kind.Any or Kind.List or Kind.Map, $"\"in\" takes a list or a map, not {Value.NameOf(right.Kind)}");
                return new(e => e.Take() ? Operators.In(e, left.Node(e), right.Node(e)) : Value.False, Kind.Bool);
            default:
                CheckPair(token, left.Kind, right.Kind, Kind.Text, Kind.Bool);
                return new(e => e.Take() ? Operators.Order(op, left.Node(e), right.Node(e)) : Value.False, Kind.Bool);
        }
    }

    private Part Compile(CalcContext context)
    {
        if (context.op is not { } token)
        {
            return Compile(context.unary());
        }

        var (left, right, op) = (Compile(context.calc(0)), Compile(context.calc(1)), token.Text);
        if (op == "+")
        {
            CheckPair(token, left.Kind, right.Kind, Kind.Text, Kind.List);
        }
        else
        {
            CheckPair(token, left.Kind, right.Kind);
        }

        Check(
            token, !(left.Kind is Kind.Int && right.Kind is Kind.Double) && !(left.Kind is Kind.Double && right.Kind is Kind.Int),
            $"\"{op}\" does not take int and double; write double(...)");
        return new(
            e => e.Take() ? Operators.Calculate(e, op, left.Node(e), right.Node(e)) : Value.Null,
            left.Kind == right.Kind ? left.Kind : Kind.Any);
    }

    private Part Compile(UnaryContext context)
    {
        switch (context)
        {
            case LogicalNotContext not:
                var negated = Compile(not.member());
                Require(not.Start, negated, Kind.Bool, "what \"!\" negates");
                return not._ops.Count % 2 == 0 ? negated with { Kind = Kind.Bool } : new(e => Operators.Not(negated.Node(e)), Kind.Bool);
            case NegateContext minus:
                var number = Compile(minus.member());
                Check(minus.Start, number.Kind is Kind.Any or Kind.Int or Kind.Double, $"\"-\" takes a number, not {Value.NameOf(number.Kind)}");
                return minus._ops.Count % 2 == 0 ? number : new(e => Operators.Negate(number.Node(e)), number.Kind);
            case MemberExprContext member:
                return Compile(member.member());
            default:
                return Unsupported(context.Start, "this");
        }
    }

    private Part Compile(MemberContext context) => context switch
    {
        PrimaryExprContext primary => Compile(primary.primary()),
        SelectContext { opt: not null } or IndexContext { opt: not null } => Unsupported(context.Start, "optional selection"),
        SelectContext select => Select(select),
        MemberCallContext call => MemberCall(call),
        IndexContext index => At(index),
        _ => Unsupported(context.Start, "this"),
    };

    private Part Compile(PrimaryContext context) => context switch
    {
        NestedContext nested => Compile(nested.e),
        ConstantLiteralContext constant => Literal(constant.literal()),
        CreateListContext list => List(list),
        IdentOrGlobalCallContext { op: null } identifier => Identifier(identifier.id),
        IdentOrGlobalCallContext call => GlobalCall(call),
        CreateStructContext => Unsupported(context.Start, "a map in the text"),
        _ => Unsupported(context.Start, "a message"),
    };

    private Part List(CreateListContext context)
    {
        var items = (context.elems?._elems ?? []).Select(item => Compile(item.e).Node).ToArray();
        return new(
            evaluation =>
            {
                var values = new List<Value>(items.Length);
                foreach (var item in items)
                {
                    var value = evaluation.Take() ? item(evaluation) : Value.Null;
                    if (value.IsError)
                    {
                        return value;
                    }

                    values.Add(value);
                }

                return Value.Of(values);
            },
            Kind.List);
    }

    private Part Literal(LiteralContext context)
    {
        switch (context)
        {
            case BoolTrueContext:
                return Constant(Value.True);
            case BoolFalseContext:
                return Constant(Value.False);
            case NullContext:
                return Constant(Value.Null);
            case StringContext text:
                return Text(text.tok);
            case DoubleContext number when double.TryParse(number.GetText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var real):
                return Constant(Value.Of(real));
            case IntContext number when TryReadInt(number.GetText(), out var whole):
                return Constant(Value.Of(whole));
            case IntContext number:
                faults.Add(FilterFault.At(number.Start, "the number is too large"));
                return Nothing;
            default:
                return Unsupported(context.Start, context is UintContext ? "an unsigned number" : "bytes");
        }
    }

    private Part Text(IToken token)
    {
        try
        {
            return Constant(Value.Of((string)StringHelpers.Unescape(Escape(token.Text), false)));
        }
        catch (Cel.CelException)
        {
            // Such as half of a surrogate pair.
            faults.Add(FilterFault.At(token, "the text has an escape that stands for no character"));
            return Nothing;
        }
    }

    /// <summary>Writes characters that take two places as escapes: beside an escape the package takes each place for a character.</summary>
    private static string Escape(string literal) => literal[0] is 'r' or 'R' || !literal.Contains('\\')
        ? literal
        : string.Concat(literal.EnumerateRunes().Select(rune => rune.IsBmp ? rune.ToString() : $"\\U{rune.Value:X8}"));

    private static bool TryReadInt(string text, out long number)
    {
        var (minus, digits) = text.StartsWith('-') ? (true, text[1..]) : (false, text);
        if (!digits.StartsWith("0x", StringComparison.Ordinal))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
        }

        var read = long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) && number >= 0;
        number = minus ? -number : number;
        return read;
    }

    private static Part Constant(Value value) => new(_ => value, value.Kind);

    private Part Unsupported(IToken token, string what)
    {
        faults.Add(FilterFault.At(token, $"{what} is not supported in filters"));
        return Nothing;
    }

    private void Check(IToken token, bool right, string otherwise)
    {
        if (!right)
        {
            faults.Add(FilterFault.At(token, otherwise));
        }
    }

    private void Require(IToken token, Part part, Kind kind, string what) => Check(
        token, part.Kind is Kind.Any || part.Kind == kind, $"{what} has to be {Value.NameOf(kind)}, not {Value.NameOf(part.Kind)}");

    private void CheckPair(IToken op, Kind left, Kind right, params ReadOnlySpan<Kind> alike) => Check(
        op,
        left == Kind.Any || right == Kind.Any
            ? left is Kind.Any or Kind.Int or Kind.Double || alike.Contains(left) ? right is Kind.Any or Kind.Int or Kind.Double || alike.Contains(right) : false
            : (left is Kind.Int or Kind.Double && right is Kind.Int or Kind.Double) || (left == right && alike.Contains(left)),
        $"\"{op.Text}\" does not take {Value.NameOf(left)} and {Value.NameOf(right)}");
}
