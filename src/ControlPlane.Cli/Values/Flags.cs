using System.CommandLine;
using System.CommandLine.Parsing;
using ControlPlane.V1;

namespace ControlPlane.Cli.Values;

/// <summary>Makes the options whose values need reading, so that a wrong one is a usage error that says what was expected.</summary>
internal static class Flags
{
    private delegate bool Reader<T>(string? text, out T value);

    public static Option<string> Text(string name, string description, string help = "TEXT") =>
        new(name) { Description = description, HelpName = help };

    public static Option<string[]> Texts(string name, string description, string help = "TEXT") =>
        new(name) { Description = description + " Repeatable.", HelpName = help, DefaultValueFactory = _ => [] };

    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = result => One<TimeSpan>(result, DurationText.TryParse, DurationText.Expected, out var value) ? value : null,
    };

    public static Option<TimeText?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => One<TimeText>(result, TimeText.TryParse, TimeText.Expected, out var value) ? value : null,
    };

    public static Option<RetryPolicy?> Backoff(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "BACKOFF",
        CustomParser = result => One<RetryPolicy>(result, BackoffText.TryParse, BackoffText.Expected, out var value) ? value : null,
    };

    public static Option<T> Enum<T>(string name, string description, string help)
        where T : struct, Enum => new(name)
        {
            Description = $"{description} One of {EnumText.Expected<T>()}.",
            HelpName = help,
            CustomParser = result =>
                One<T>(result, EnumText.TryParse, $"one of {EnumText.Expected<T>()}", out var value) ? value : default,
        };

    public static Option<T[]> Enums<T>(string name, string description)
        where T : struct, Enum => new(name)
        {
            Description = $"{description} One of {EnumText.Expected<T>()}. Repeatable.",
            HelpName = "STATE",
            DefaultValueFactory = _ => [],
            CustomParser = result => Many<T>(result, EnumText.TryParse, $"one of {EnumText.Expected<T>()}"),
        };

    /// <summary><c>key=value</c>, each key once.</summary>
    public static Option<Pair[]> Pairs(string name, string description) => new(name)
    {
        Description = description + " Repeatable.",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            var pairs = Many<Pair>(result, Pair.TryParse, "KEY=VALUE");
            if (pairs.GroupBy(pair => pair.Key).FirstOrDefault(group => group.Count() > 1) is { } twice)
            {
                result.AddError($"{name} names \"{twice.Key}\" twice.");
            }

            return pairs;
        },
    };

    private static bool One<T>(ArgumentResult result, Reader<T> read, string expected, out T value)
    {
        if (result.Tokens is [var token] && read(token.Value, out value))
        {
            return true;
        }

        value = default!;
        result.AddError(Wrong(result, result.Tokens is [var only] ? only.Value : "", expected));
        return false;
    }

    private static T[] Many<T>(ArgumentResult result, Reader<T> read, string expected)
    {
        var values = new List<T>();
        foreach (var token in result.Tokens)
        {
            if (read(token.Value, out var value))
            {
                values.Add(value);
            }
            else
            {
                result.AddError(Wrong(result, token.Value, expected));
            }
        }

        return [.. values];
    }

    private static string Wrong(ArgumentResult result, string text, string expected) =>
        $"{(result.Parent as OptionResult)?.IdentifierToken?.Value ?? result.Argument.Name} expects {expected}, not \"{text}\".";
}
