using System.Text;

namespace ControlPlane.Cli.Output;

/// <summary>Aligned text without colours, for pipes and files.</summary>
internal static class PlainTable
{
    private const string Gap = "  ";

    public static void Write<T>(TextWriter output, IReadOnlyList<Column<T>> columns, IReadOnlyList<T> rows)
    {
        var cells = rows.Select(row => columns.Select(column => Shown(column.Value(row).Text)).ToArray()).ToList();
        cells.Insert(0, [.. columns.Select(column => column.Header.ToUpperInvariant())]);
        var widths = columns.Select((_, i) => cells.Max(row => Width(row[i]))).ToArray();
        foreach (var row in cells)
        {
            output.WriteLine(string.Join(Gap, row.Select((text, i) => Pad(text, widths[i]))).TrimEnd());
        }
    }

    public static void Write(TextWriter output, IReadOnlyList<Field> fields)
    {
        var width = fields.Max(field => Width(field.Label));
        foreach (var field in fields)
        {
            output.WriteLine($"{Pad(field.Label, width)}{Gap}{SafeText.Line(field.Value.Text)}".TrimEnd());
        }
    }

    // An empty cell would shift the columns for whoever splits the lines at white space.
    private static string Shown(string text) => text.Length == 0 ? "-" : SafeText.Line(text);

    private static string Pad(string text, int width) => text + new string(' ', Math.Max(0, width - Width(text)));

    private static int Width(string text) => text.EnumerateRunes().Sum(WidthOf);

    private static int WidthOf(Rune rune) => rune.Value switch
    {
        < 0x1100 => 1,
        <= 0x115f or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3) or (>= 0xf900 and <= 0xfaff)
            or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff00 and <= 0xff60) or (>= 0x1f300 and <= 0x1faff) => 2,
        0x200d or (>= 0xfe00 and <= 0xfe0f) => 0,
        _ => 1,
    };
}
