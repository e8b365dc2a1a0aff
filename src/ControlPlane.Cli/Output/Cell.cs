namespace ControlPlane.Cli.Output;

/// <summary>How a text is meant; a terminal shows it in colour.</summary>
internal enum Tone
{
    Plain,
    Dim,
    Good,
    Waiting,
    Bad,
}

/// <summary>A text to show, and how it is meant.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Cell(string text) => new(text);
}

/// <summary>One column of a list. A <paramref name="Whole"/> one is never broken over lines, so that it can be copied.</summary>
internal sealed record Column<T>(string Header, Func<T, Cell> Value, bool Whole = false);

/// <summary>One line of the details of a resource.</summary>
internal readonly record struct Field(string Label, Cell Value)
{
    /// <summary>A line unless there is nothing to say.</summary>
    public static IEnumerable<Field> Unless(bool absent, string label, Func<Cell> value) => absent ? [] : [new(label, value())];
}
