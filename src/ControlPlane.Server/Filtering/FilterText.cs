using Antlr4.Runtime;
using Cel.Internal;

namespace ControlPlane.Server.Filtering;

/// <summary>What is wrong with the text of a filter, and where.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Message">What.</param>
internal readonly record struct FilterFault(int Line, int Column, string Message)
{
    /// <summary>The place of a token.</summary>
    public static FilterFault At(IToken token, string message) => new(token.Line, token.Column + 1, message);
}

/// <summary>The text of a filter as the tree of CEL's grammar.</summary>
internal static class FilterText
{
    public const int MostCharacters = 2_048;

    /// <summary>How deep brackets and conditions may be nested: the parser goes down as deep.</summary>
    public const int MostNested = 24;

    private const int MostFaults = 10;

    /// <summary>Parses a text; the tree is of use only if there are no faults.</summary>
    public static (CelParser.StartContext? Tree, List<FilterFault> Faults) Parse(string text)
    {
        var faults = new List<FilterFault>();
        if (text.Length > MostCharacters)
        {
            faults.Add(new(1, MostCharacters + 1, $"a filter has at most {MostCharacters} characters"));
            return (null, faults);
        }

        var lexer = new CelLexer(new AntlrInputStream(text));
        lexer.RemoveErrorListeners();
        lexer.AddErrorListener(new Characters(faults));
        var tokens = new CommonTokenStream(lexer);
        tokens.Fill();
        CheckDepth(tokens, faults);
        if (faults.Count > 0)
        {
            return (null, faults);
        }

        var parser = new CelParser(tokens);
        parser.RemoveErrorListeners();
        parser.AddErrorListener(new Tokens(faults));
        return (parser.start(), faults);
    }

    private static void CheckDepth(CommonTokenStream tokens, List<FilterFault> faults)
    {
        var (depth, conditions) = (0, 0);
        foreach (var token in tokens.GetTokens())
        {
            depth += token.Type is CelLexer.LPAREN or CelLexer.LBRACKET or CelLexer.LBRACE ? 1
                : token.Type is CelLexer.RPAREN or CelLexer.RPRACKET or CelLexer.RBRACE ? -1 : 0;
            conditions += token.Type == CelLexer.QUESTIONMARK ? 1 : 0;
            if (depth + conditions > MostNested)
            {
                faults.Add(FilterFault.At(token, $"brackets and conditions may be nested at most {MostNested} deep"));
                return;
            }
        }
    }

    private static void Add(List<FilterFault> faults, int line, int column, string message)
    {
        if (faults.Count < MostFaults)
        {
            faults.Add(new(line, column + 1, message.Replace("'<EOF>'", "the end", StringComparison.Ordinal).Replace("<EOF>", "the end", StringComparison.Ordinal)));
        }
    }

    private sealed class Characters(List<FilterFault> faults) : IAntlrErrorListener<int>
    {
        public void SyntaxError(
            TextWriter output, IRecognizer recognizer, int offendingSymbol, int line, int charPositionInLine, string msg, RecognitionException e) =>
            Add(faults, line, charPositionInLine, msg);
    }

    private sealed class Tokens(List<FilterFault> faults) : BaseErrorListener
    {
        public override void SyntaxError(
            TextWriter output, IRecognizer recognizer, IToken offendingSymbol, int line, int charPositionInLine, string msg, RecognitionException e) =>
            Add(faults, line, charPositionInLine, msg);
    }
}
