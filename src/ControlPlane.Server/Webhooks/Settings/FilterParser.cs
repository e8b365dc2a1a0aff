using System.Text;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>
/// Reads a list filter: <c>condition { "AND" condition }</c>, a condition being <c>field ("=" | "!=") value</c>. A value is a
/// run of characters without spaces and quotes, or text in double quotes, where <c>\"</c> and <c>\\</c> stand for those
/// characters. A label's key is written in quotes where it holds spaces, quotes, <c>=</c> or <c>!</c>.
/// </summary>
internal sealed class FilterParser(string text)
{
    private const int MaximumConditions = 20;
    private readonly List<FilterCondition> _conditions = [];
    private int _at;
    private string? _fault;

    /// <summary>Answers the conditions, or what is wrong and where.</summary>
    public (IReadOnlyList<FilterCondition> Conditions, string? Fault) Parse()
    {
        SkipSpaces();
        while (_fault is null && _at < text.Length)
        {
            if (_conditions.Count == MaximumConditions)
            {
                Fail(_at, $"has more than {MaximumConditions} conditions");
            }
            else if (_conditions.Count == 0 || TakeAnd())
            {
                TakeCondition();
                SkipSpaces();
            }
        }

        return _fault is null ? (_conditions, null) : ([], _fault);
    }

    private bool TakeAnd()
    {
        var start = _at;
        if (TakeRun(stopAtOperator: true) != "AND")
        {
            return Fail(start, "expected AND");
        }

        SkipSpaces();
        return true;
    }

    private void TakeCondition()
    {
        var start = _at;
        var field = TakeRun(stopAtOperator: true);
        var label = "";
        if (field.StartsWith(FilterCondition.Labels, StringComparison.Ordinal))
        {
            label = field[FilterCondition.Labels.Length..];
            field = FilterCondition.Labels;
            if (label.Length == 0 && !TakeQuoted(out label))
            {
                Fail(_at, "expected the key of a label");
                return;
            }
        }
        else if (!FilterCondition.FieldNames.Contains(field))
        {
            Fail(start, $"expected one of {string.Join(", ", FilterCondition.FieldNames)}, labels.KEY");
            return;
        }

        if (TakeOperator(out var negated) && TakeValue(field, out var value))
        {
            _conditions.Add(new(field, label, negated, value));
        }
    }

    private bool TakeOperator(out bool negated)
    {
        SkipSpaces();
        negated = Next == '!';
        var length = negated ? 2 : 1;
        if (_at + length > text.Length || text[_at + length - 1] != '=')
        {
            return Fail(_at, "expected = or !=");
        }

        _at += length;
        SkipSpaces();
        return true;
    }

    private bool TakeValue(string field, out string value)
    {
        var start = _at;
        if (!TakeQuoted(out value))
        {
            value = TakeRun(stopAtOperator: false);
            if (value.Length == 0)
            {
                return Fail(start, "expected a value");
            }
        }

        if (_at < text.Length && !char.IsWhiteSpace(text[_at]))
        {
            return Fail(_at, "expected a space");
        }

        return FilterCondition.ValuesOf(field) is not { } values || values.Contains(value)
            || Fail(start, $"expected {string.Join(" or ", values)}");
    }

    private bool TakeQuoted(out string value)
    {
        value = "";
        if (Next != '"')
        {
            return false;
        }

        var start = _at++;
        var content = new StringBuilder();
        for (; _at < text.Length && text[_at] != '"'; _at++)
        {
            if (text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] is '"' or '\\')
            {
                _at++;
            }

            content.Append(text[_at]);
        }

        if (_at == text.Length)
        {
            Fail(start, "the quote is not closed");
        }
        else
        {
            _at++;
        }

        value = content.ToString();
        return true;
    }

    private string TakeRun(bool stopAtOperator)
    {
        var start = _at;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] != '"' && !(stopAtOperator && text[_at] is '=' or '!'))
        {
            _at++;
        }

        return text[start.._at];
    }

    private char Next => _at < text.Length ? text[_at] : '\0';

    private void SkipSpaces()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }

    private bool Fail(int position, string fault)
    {
        _fault ??= $"at character {position + 1}: {fault}";
        return false;
    }
}
