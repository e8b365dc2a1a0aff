using System.Text;
using ControlPlane.Server.Filtering;

namespace ControlPlane.Server.Tests.Filtering;

/// <summary>What filters say, case by case. "true" and "false" are what comes out, anything else a part of why it fails.</summary>
public sealed class FilterTests
{
    private const string Payload =
        """
        {"amount": 5, "price": 1.5, "whole": 5.0, "big": 9007199254740993, "name": "abc", "empty": "", "tags": ["a", "b"], "none": null,
         "inner": {"x": true, "list": [{"n": 1}, {"n": 2}]}, "emoji": "\ud83c\udf89", "half": "\ud800", "a b": 1}
        """;

    public static TheoryData<string, string> Evaluated => new()
    {
        { "true", "true" }, { "!true", "false" }, { "!!true", "true" }, { "(true)", "true" },
        { "event.type == 'order.created'", "true" }, { "event.id == \"evt_1\"", "true" }, { "event.instance == ''", "true" },
        { "event.type.startsWith('order.') && event.type.endsWith('d')", "true" }, { "event.type.contains('x')", "false" },
        { "event.labels.region == 'eu'", "true" }, { "event.labels['region'] in ['us', 'eu']", "true" }, { "'tier' in event.labels", "false" },
        { "has(event.labels.region) && !has(event.labels.tier)", "true" }, { "event.labels.tier == 'x'", "there is no \"tier\"" },
        { "size(event.labels) == 1", "true" },
        { "event.payload.amount > 3", "true" }, { "event.payload.amount >= 5.0", "true" }, { "event.payload.amount == 5.0", "true" },
        { "event.payload.whole == 5", "true" }, { "event.payload.price < 2", "true" }, { "2 > event.payload.price", "true" },
        { "event.payload.big == 9007199254740993", "true" }, { "event.payload.big == 9007199254740992", "false" },
        { "event.payload.big > 9007199254740992.0", "true" },
        { "event.payload.amount == '5'", "false" }, { "event.payload.amount != '5'", "true" }, { "event.payload.none == null", "true" },
        { "event.payload.amount + 1 == 6 && event.payload.amount * 2 - 1 == 9", "true" }, { "event.payload.amount / 2 == 2", "true" },
        { "event.payload.amount % 2 == 1", "true" }, { "-event.payload.amount == -5", "true" }, { "event.payload.price * 2.0 == 3.0", "true" },
        { "event.payload.amount / 0 == 1", "division by zero" }, { "event.payload.big * event.payload.big > 0", "too large" },
        { "event.payload.amount + event.payload.price > 0.0", "does not take int and double" }, { "event.payload.name + 'd' == 'abcd'", "true" },
        { "double(event.payload.amount) + event.payload.price == 6.5", "true" }, { "int(event.payload.price) == 1", "true" },
        { "int('12') == 12", "true" }, { "int('x') == 12", "cannot read" }, { "string(event.payload.amount) == '5'", "true" },
        { "size(event.payload.name) == 3 && event.payload.tags.size() == 2 && size(event.payload.inner) == 2", "true" },
        { "size(event.payload.emoji) == 1", "true" }, { "event.payload.half == 'x'", "not Unicode" }, { "event.payload['a b'] == 1", "true" },
        { "event.payload.tags[0] == 'a'", "true" }, { "event.payload.tags[2] == 'a'", "no item 2" }, { "event.payload.tags[-1] == 'a'", "no item -1" },
        { "event.payload.tags == ['a', 'b']", "true" }, { "event.payload.tags + ['c'] == ['a', 'b', 'c']", "true" },
        { "event.payload.inner == event.payload.inner", "true" }, { "'b' in event.payload.tags", "true" }, { "'x' in event.payload.inner", "true" },
        { "event.payload.tags.exists(t, t == 'b')", "true" }, { "event.payload.tags.all(t, size(t) == 1)", "true" },
        { "event.payload.tags.exists_one(t, t > 'a')", "true" }, { "event.payload.inner.list.filter(i, i.n > 1).size() == 1", "true" },
        { "event.payload.inner.list.map(i, i.n + 1) == [2, 3]", "true" },
        { "event.payload.inner.list.all(i, event.payload.inner.list.exists(j, i.n == j.n))", "true" },
        { "event.payload.inner.exists(key, key == 'x')", "true" }, { "event.payload.tags.all(t, t.n == 1)", "string has no \"n\"" },
        { "event.payload.tags.exists(t, t.n == 1 || t == 'b')", "true" },
        { "event.payload.name.matches('^a.c$')", "true" }, { "event.payload.name.matches('B')", "false" }, { "matches(event.payload.name, 'b')", "true" },
        { "event.payload.amount > 3 ? event.payload.inner.x : false", "true" }, { "event.payload.name ? true : false", "a condition is bool" },
        // What decides does so, whatever else fails.
        { "event.payload.missing > 1 || true", "true" }, { "true || event.payload.missing > 1", "true" },
        { "event.payload.missing > 1 && false", "false" }, { "event.payload.missing > 1 || false", "there is no \"missing\"" },
        { "event.payload.missing > 1", "there is no \"missing\"" }, { "event.payload.name.x == 1", "string has no \"x\"" },
        { "event.payload.name > 1", "\">\" does not take string and int" }, { "event.payload.name", "it is string" },
        { "event.payload.inner.x", "true" }, { "event.type == r'order\\d'", "false" }, { "event.type == 'order\\u002ecreated'", "true" },
        { "0x1F == 31 && 1e3 == 1000", "true" }, { "0.0 / 0.0 == 0.0 / 0.0", "false" }, { "0.0 / 0.0 != 0.0 / 0.0", "true" },
        { "[0.0 / 0.0] == [0.0 / 0.0]", "false" }, { "0.0 / 0.0 in [1.0, 0.0 / 0.0]", "false" }, { "1.0 / 0.0 == 1.0 / 0.0", "true" },
        { "event.payload.emoji == '\\U0001F389'", "true" }, { "event.payload.emoji + '\\n' == '\ud83c\udf89\\n'", "true" },
        { "event.payload.emoji + 'a' == r'\ud83c\udf89a' && r'\\\ud83c\udf89' != event.payload.emoji", "true" }, { "event.type // a comment", "" },
    };

    [Theory, MemberData(nameof(Evaluated))]
    public void Evaluate_EachCase_ComesToWhatCelSays(string text, string expected)
    {
        var (filter, faults) = EventFilter.Compile(text);
        if (expected.Length == 0)
        {
            Assert.Equal("a filter has to be bool, not string", Assert.Single(faults).Message);
            return;
        }

        Assert.Empty(faults);
        using var input = Input();
        var verdict = filter!.Evaluate(input, new());
        if (expected is "true" or "false")
        {
            Assert.True(verdict.Matches == (expected == "true"), verdict.Detail);
        }
        else
        {
            Assert.Null(verdict.Matches);
            Assert.Contains(expected, verdict.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", 1, 1, "the end")]
    [InlineData("1 +", 1, 4, "the end")]
    [InlineData("event.type = 'a'", 1, 12, "=")]
    [InlineData("event.type\n  == 'a' &&\n  event.colour == 'b'", 3, 9, "an event has no \"colour\"")]
    [InlineData("event.type == 'a' && amount > 1", 1, 22, "there is no \"amount\"")]
    [InlineData("event", 1, 1, "stands before a field")]
    [InlineData("event.type", 1, 1, "a filter has to be bool, not string")]
    [InlineData("event.type > 3", 1, 12, "\">\" does not take string and int")]
    [InlineData("event.type == 'a' || 1", 1, 22, "has to be bool, not int")]
    [InlineData("!event.type", 1, 1, "has to be bool, not string")]
    [InlineData("event.labels + 1 == 2", 1, 14, "\"+\" does not take map and int")]
    [InlineData("event.type.x == 1", 1, 12, "string has no \"x\"")]
    [InlineData("event.type.upper() == 'A'", 1, 12, "there is no function \"upper\"")]
    [InlineData("now() == 1", 1, 1, "there is no function \"now\" of 0 values")]
    [InlineData("event.type.matches('(')", 1, 20, "the pattern cannot be used")]
    [InlineData("event.type.matches('(a{100}){1000}')", 1, 20, "the pattern cannot be used")]
    [InlineData("event.type.matches(event.id)", 1, 20, "has to be a string in the filter")]
    [InlineData("event.payload.tags.all(1, true)", 1, 20, "takes a variable and an expression")]
    [InlineData("has(event)", 1, 1, "takes a field")]
    [InlineData("event.payload.?x == 1", 1, 1, "optional selection is not supported")]
    [InlineData("b'x' == b'x'", 1, 1, "bytes is not supported")]
    [InlineData("1u == 1u", 1, 1, "an unsigned number is not supported")]
    [InlineData("{'a': 1} == {'a': 1}", 1, 1, "a map in the text is not supported")]
    [InlineData("99999999999999999999 == 1", 1, 1, "too large")]
    [InlineData("1 + 1.0 == 2.0", 1, 3, "write double(...)")]
    [InlineData("event.type == '\\ud800'", 1, 15, "an escape that stands for no character")]
    [InlineData("event.type == '\\ud83d\\udc31'", 1, 15, "an escape that stands for no character")]
    [InlineData("event.type == '\\U00110000'", 1, 15, "an escape that stands for no character")]
    [InlineData("event.type == 'a", 1, 15, "'a")]
    [InlineData("event.type # 'a'", 1, 12, "#")]
    public void Compile_WrongText_SaysWhereAndWhat(string text, int line, int column, string message)
    {
        var (filter, faults) = EventFilter.Compile(text);
        Assert.Null(filter);
        Assert.Equal((line, column), (faults[0].Line, faults[0].Column));
        Assert.Contains(message, faults[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_SeveralFaults_NamesEach() => Assert.Equal(
        [1, 27, 34], EventFilter.Compile("amount == 1 && event.type > 1 && colour").Faults.Select(fault => fault.Column).Order());

    [Theory]
    [InlineData("(", 24, true)]
    [InlineData("(", 25, false)]
    [InlineData("[", 2_000, false)]
    public void Compile_Nested_IsBounded(string open, int depth, bool allowed)
    {
        var close = open == "(" ? ")" : "]";
        var text = string.Concat(Enumerable.Repeat(open, depth)) + "true" + string.Concat(Enumerable.Repeat(close, depth));
        Assert.Equal(allowed, EventFilter.Compile(text[..Math.Min(text.Length, 2_048)]).Faults.Count == 0);
    }

    [Theory]
    [InlineData("1+", "1 > 0")]
    [InlineData("!", "true")]
    [InlineData("-", "1 < 5")]
    [InlineData("true ? true : ", "true")]
    [InlineData("true&&", "true")]
    public void Compile_LongAndFlat_NeedsNoDepth(string part, string end)
    {
        var text = string.Concat(Enumerable.Repeat(part, (2_048 - end.Length) / part.Length)) + end;
        var (filter, faults) = EventFilter.Compile(text);
        using var input = Input();
        Assert.True(faults.Count > 0 || filter!.Evaluate(input, new()).Matches is not null);
    }

    [Fact]
    public void Compile_TooLong_IsRefused() => Assert.Contains("at most 2048", EventFilter.Compile(new string(' ', 2_045) + "true").Faults[0].Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("event.payload.all(a, event.payload.all(b, event.payload.all(c, a + b + c > 0)))")]
    [InlineData("size(event.payload.map(a, event.payload.map(b, event.payload))) > 0")]
    [InlineData("event.payload.map(a, event.payload.map(b, [a, b])) == event.payload.map(a, event.payload.map(b, [a, b]))")]
    public void Evaluate_ManySteps_EndsAndTakesNoMoreThanItsPart(string text)
    {
        var (filter, faults) = EventFilter.Compile(text);
        Assert.Empty(faults);
        using var input = new FilterInput("", "", "", null, Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(1, 5_000))}]"));
        var budget = new FilterBudget();
        var verdict = filter!.Evaluate(input, budget);
        Assert.Null(verdict.Matches);
        Assert.Contains("more than 20000 steps", verdict.Detail, StringComparison.Ordinal);
        Assert.InRange(FilterBudget.MostSteps - budget.Left, 1, Evaluation.MostSteps + 5_000);
    }

    [Fact]
    public void Evaluate_PatternThatBacktracks_IsOneThatCanBeEvaluated()
    {
        var (filter, _) = EventFilter.Compile("event.payload.matches('^(a+)+$')");
        using var input = new FilterInput("", "", "", null, Encoding.UTF8.GetBytes($"\"{new string('a', 1_000)}!\""));
        Assert.False(filter!.Evaluate(input, new()).Matches);
    }

    [Fact]
    public void Evaluate_NoPayload_FailsOnlyWhereItIsAskedFor()
    {
        using var input = new FilterInput("evt_1", "a", "", null, null);
        Assert.True(EventFilter.Compile("event.type == 'a' && !has(event.payload)").Filter!.Evaluate(input, new()).Matches);
        Assert.Contains("not JSON", EventFilter.Compile("event.payload.x == 1").Filter!.Evaluate(input, new()).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_False_NamesTheClause()
    {
        using var input = Input();
        var (filter, _) = EventFilter.Compile("event.type != '' && (event.payload.amount > 3 && event.payload.price > 2.0) && event.payload.missing == 1");
        Assert.Equal(new(false, "\"event.payload.price > 2.0\" is false."), filter!.Evaluate(input, new()));
    }

    private static FilterInput Input() => new(
        "evt_1", "order.created", "", new Dictionary<string, string> { ["region"] = "eu" }, Encoding.UTF8.GetBytes(Payload));
}
