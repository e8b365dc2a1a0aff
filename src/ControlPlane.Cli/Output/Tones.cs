using Spectre.Console;
using Spectre.Console.Rendering;

namespace ControlPlane.Cli.Output;

/// <summary>The colours of the tones.</summary>
internal static class Tones
{
    public static IRenderable Render(Cell cell, bool whole = false) =>
        new Text(SafeText.Line(cell.Text), Of(cell.Tone)) { Overflow = whole ? Overflow.Ellipsis : Overflow.Fold };

    public static Style Of(Tone tone) => tone switch
    {
        Tone.Dim => new Style(decoration: Decoration.Dim),
        Tone.Good => new Style(Color.Green),
        Tone.Waiting => new Style(Color.Yellow),
        Tone.Bad => new Style(Color.Red),
        _ => Style.Plain,
    };
}
