using System.Text.RegularExpressions;

namespace ControlPlane.Functional.Tests.BadInput.Limits;

/// <summary>What the contract's files say about fields. Descriptors in programs carry no comments.</summary>
internal static partial class FieldComments
{
    private static readonly Dictionary<string, string> All = Read();

    /// <summary>The comment of a field, such as <c>RetryPolicy.max_age</c>, in one line.</summary>
    public static string Of(string field) => All[field];

    private static Dictionary<string, string> Read()
    {
        var comments = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root(), "protos/controlplane/v1"), "*.proto"))
        {
            var (scopes, comment) = (new Stack<string>(), new List<string>());
            foreach (var line in File.ReadLines(file).Select(l => l.Trim()))
            {
                if (line.StartsWith("//", StringComparison.Ordinal))
                {
                    comment.Add(line[2..].Trim());
                    continue;
                }

                var messages = string.Join('.', scopes.Reverse().Where(s => s.Length > 0));
                if (Field().Match(line) is { Success: true } field)
                {
                    comments.TryAdd($"{messages}.{field.Groups[1].Value}", string.Join(' ', comment));
                }
                else if (line.EndsWith('{'))
                {
                    scopes.Push(Message().Match(line).Groups[1].Value);
                }
                else if (line.StartsWith('}'))
                {
                    scopes.Pop();
                }

                comment.Clear();
            }
        }

        return comments;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ControlPlane.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run below the repository.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^(?:repeated |optional )?[\w.]+(?:<\w+, \w+>)? (\w+) = \d+;$")]
    private static partial Regex Field();

    [GeneratedRegex(@"^message (\w+)")]
    private static partial Regex Message();
}
