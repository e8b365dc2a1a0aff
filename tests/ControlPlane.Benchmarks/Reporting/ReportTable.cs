using System.Globalization;

namespace ControlPlane.Benchmarks.Reporting;

/// <summary>A report as Markdown, which can be read in a terminal too.</summary>
internal static class ReportTable
{
    private const int NarrowestColumn = 3;
    private static readonly string[] Header = ["mode", "figure", "unit", "min", "median", "max", "n"];

    public static void Write(TextWriter output, Machine machine, Report report)
    {
        output.WriteLine();
        output.WriteLine($"Machine: {machine}");
        foreach (var note in report.Notes)
        {
            output.WriteLine($"{note.Mode}: {note.Text}");
        }

        output.WriteLine();
        string[][] rows = [Header, .. report.Figures.Select(Row)];
        var widths = Header.Select((_, column) => Math.Max(NarrowestColumn, rows.Max(row => row[column].Length))).ToArray();
        foreach (var (index, row) in rows.Index())
        {
            output.WriteLine($"| {string.Join(" | ", row.Select((cell, column) => Pad(cell, column, widths[column])))} |");
            if (index == 0)
            {
                output.WriteLine($"| {string.Join(" | ", widths.Select((width, column) => Rule(column, width)))} |");
            }
        }
    }

    private static string[] Row(Figure figure) =>
    [
        figure.Mode, figure.Name, figure.Unit, Number(figure.Minimum), Number(figure.Median), Number(figure.Maximum),
        figure.Values.Count.ToString(CultureInfo.InvariantCulture),
    ];

    private static string Pad(string cell, int column, int width) => column < 3 ? cell.PadRight(width) : cell.PadLeft(width);

    private static string Rule(int column, int width) => column < 3 ? new('-', width) : new string('-', width - 1) + ":";

    private static string Number(double value) =>
        value.ToString(Math.Abs(value) >= 1000 ? "N0" : Math.Abs(value) >= 100 ? "F0" : Math.Abs(value) >= 10 ? "F1" : "F2", CultureInfo.InvariantCulture);
}
