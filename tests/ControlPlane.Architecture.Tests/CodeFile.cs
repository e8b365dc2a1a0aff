using System.Text.RegularExpressions;

namespace ControlPlane.Architecture.Tests;

/// <summary>What a C# file declares and names, read from its text without comments and literals.</summary>
internal sealed partial class CodeFile
{
    /// <summary>Names with dots in them, from their beginnings on.</summary>
    private readonly HashSet<string> _chains;

    public CodeFile(SourceFile file)
    {
        File = file;
        var code = NoCode().Replace(string.Join('\n', file.Lines), " ");
        Namespace = NamespaceName().Match(code).Groups[1].Value;
        Usings = [.. UsingName().Matches(code).Select(m => m.Groups[1].Value)];
        Types = [.. TypeName().Matches(code).Select(m => m.Groups[1].Value).Distinct()];
        Extensions = [.. ExtensionName().Matches(code).Select(m => m.Groups[1].Value).Distinct()];
        Constructors = [.. ConstructorStart().Matches(code).Select(m => (m.Groups[1].Value, CountParameters(code, m.Index + m.Length)))];
        _chains = [.. Chain().Matches(code).SelectMany(m => Beginnings(m.Value))];
        var words = Word().Matches(code);
        Words = [.. words.Where(m => m.Groups[1].Length == 0).Select(m => m.Groups[2].Value)];
        Members = [.. words.Where(m => m.Groups[1].Length > 0).Select(m => m.Groups[2].Value)];
    }

    public SourceFile File { get; }

    public string Namespace { get; }

    /// <summary>Namespaces, and types whose members are used without their name.</summary>
    public IReadOnlyList<string> Usings { get; }

    public IReadOnlyList<string> Types { get; }

    /// <summary>The names of its extension methods.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>Every word that stands alone, which can be a type.</summary>
    public HashSet<string> Words { get; }

    /// <summary>Every word behind a dot, which can be an extension method, or a type behind its namespace.</summary>
    public HashSet<string> Members { get; }

    /// <summary>The constructors of its classes and structures with the number of their parameters.</summary>
    public IReadOnlyList<(string Type, int Parameters)> Constructors { get; }

    /// <summary>Whether it uses a type or an extension method that another file of its project declares.</summary>
    public bool Uses(CodeFile other)
    {
        if (other.Types.Any(type => IsQualified(other.Namespace, type)))
        {
            return true;
        }

        var isVisible = Namespace == other.Namespace
            || Namespace.StartsWith(other.Namespace + ".", StringComparison.Ordinal)
            || Usings.Contains(other.Namespace);
        return isVisible && (other.Types.Any(Words.Contains) || other.Extensions.Any(Members.Contains));
    }

    /// <summary>Counts from behind the opening parenthesis; commas within types and default values separate no parameters.</summary>
    private static int CountParameters(string code, int start)
    {
        var (depth, commas, any) = (0, 0, false);
        for (var i = start; depth >= 0; i++)
        {
            depth += code[i] switch
            {
                '(' or '[' or '{' or '<' => 1,
                ')' or ']' or '}' or '>' => -1,
                _ => 0,
            };
            commas += depth == 0 && code[i] == ',' ? 1 : 0;
            any |= depth >= 0 && !char.IsWhiteSpace(code[i]);
        }

        return any ? commas + 1 : 0;
    }

    /// <summary>Whether it names a type behind its namespace or the last parts of that.</summary>
    private bool IsQualified(string space, string type)
    {
        for (var name = $"{space}.{type}"; name.Contains('.', StringComparison.Ordinal); name = name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            if (_chains.Contains(name) || Usings.Contains(name))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<string> Beginnings(string chain)
    {
        for (var end = chain.IndexOf('.', StringComparison.Ordinal); end >= 0; end = chain.IndexOf('.', end + 1))
        {
            if (end > 0 && chain[..end].Contains('.', StringComparison.Ordinal))
            {
                yield return chain[..end];
            }
        }

        yield return chain;
    }

    [GeneratedRegex(""" //[^\n]* | /\*.*?\*/ | ""\"(?:.|\n)*?""\" | @"(?:[^"]|"")*" | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+' """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline)]
    private static partial Regex NoCode();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceName();

    [GeneratedRegex(@"^(?:global )?using (?:static )?(?:\w+ = )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingName();

    [GeneratedRegex(
        @"^(?:(?:public|internal|file|static|sealed|abstract|partial|readonly|ref|unsafe) )*"
        + @"(?:class|struct|interface|enum|record(?: struct)?|delegate [\w<>?\[\], ]+) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TypeName();

    [GeneratedRegex(
        @"(?:\b(?:class|(?<!record )struct)\s+|\b(?:public|internal|protected|private)\s+(?=[A-Z]\w*\())(\w+)(?:<[\w, ]+>)?\(")]
    private static partial Regex ConstructorStart();

    [GeneratedRegex(@"\bstatic [^=;{}()]*?\b(\w+)(?:<[^<>()]*>)?\(\s*this\b")]
    private static partial Regex ExtensionName();

    [GeneratedRegex(@"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")]
    private static partial Regex Chain();

    [GeneratedRegex(@"(\.\s*)?\b([A-Za-z_]\w*)")]
    private static partial Regex Word();
}
