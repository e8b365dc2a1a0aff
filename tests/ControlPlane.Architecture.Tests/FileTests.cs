namespace ControlPlane.Architecture.Tests;

public sealed class FileTests
{
    private const int LongestSource = 400;
    private const int LongestTest = 500;
    private const int MostParameters = 7;

    /// <summary>Put together here, so that this file does not hold them.</summary>
    private static readonly string[] Marks =
        ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception", "Skip" + " = \"", "Explicit" + " = true"];

    [Fact]
    public void Sources_AreFound()
    {
        Assert.True(House.Sources.Count > 100);
        Assert.True(House.Tests.Count > 20);
    }

    [Fact]
    public void Sources_StayShort() =>
        Assert.Empty(House.Sources.Where(file => file.Lines.Length > LongestSource).Select(file => $"{file.Path}: {file.Lines.Length}"));

    [Fact]
    public void Tests_StayShort() =>
        Assert.Empty(House.Tests.Where(file => file.Lines.Length > LongestTest).Select(file => $"{file.Path}: {file.Lines.Length}"));

    /// <summary>One that needs more does more than one thing.</summary>
    [Fact]
    public void Constructors_HaveFewParameters() => House.None(
        from file in House.Sources
        from constructor in new CodeFile(file).Constructors
        where constructor.Parameters > MostParameters
        select $"{file.Path}: {constructor.Type} has {constructor.Parameters}");

    [Fact]
    public void Files_AreFinished() => Assert.Empty(
        from file in House.Sources.Concat(House.Tests)
        from line in file.Lines.Index()
        where Marks.Any(mark => line.Item.Contains(mark, StringComparison.Ordinal))
        select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}");

    [Fact]
    public void Files_AreNamedBySubject() => Assert.Empty(
        House.Sources.Concat(House.Tests)
            .Where(file => file.Name.EndsWith("Helpers", StringComparison.Ordinal) || file.Name.EndsWith("Utils", StringComparison.Ordinal))
            .Select(file => file.Path));

    /// <summary>Those of the system first, and then by name: the order that the editors put them in.</summary>
    [Fact]
    public void Usings_AreInOrder() => House.None(
        from file in House.Everything
        let usings = file.Lines.TakeWhile(line => !line.StartsWith("namespace ", StringComparison.Ordinal)).Where(IsPlainUsing).ToList()
        where !usings.SequenceEqual(usings.OrderBy(line => !IsOfTheSystem(line)).ThenBy(line => line.TrimEnd(';'), StringComparer.OrdinalIgnoreCase))
        select file.Path);

    private static bool IsPlainUsing(string line) =>
        line.StartsWith("using ", StringComparison.Ordinal) && !line.Contains('=', StringComparison.Ordinal)
        && !line.StartsWith("using static ", StringComparison.Ordinal);

    private static bool IsOfTheSystem(string line) => line is "using System;" || line.StartsWith("using System.", StringComparison.Ordinal);
}
