using Google.Protobuf;
using Spectre.Console;

namespace ControlPlane.Cli.Output;

/// <summary>Shows answers: as JSON where asked for, as tables on a terminal, as aligned text elsewhere.</summary>
internal sealed class Printer(CliHost host, bool json)
{
    private readonly Lazy<IAnsiConsole> _console = new(() => CreateConsole(host));

    public bool Json => json;

    /// <summary>Colours and live views are possible.</summary>
    public bool Live => host.OutputIsTerminal && !json;

    /// <summary>The terminal; only for <see cref="Live"/> output.</summary>
    public IAnsiConsole Console => _console.Value;

    /// <summary>One line of proto JSON.</summary>
    public void JsonLine(IMessage message) => host.Output.WriteLine(JsonFormatter.Default.Format(message));

    /// <summary>One line of text.</summary>
    public void Line(string text = "") => host.Output.WriteLine(text);

    /// <summary>One line of cells, coloured where that is possible.</summary>
    public void Line(params ReadOnlySpan<Cell> cells)
    {
        if (!Live)
        {
            host.Output.WriteLine(string.Join("  ", cells.ToArray().Select(cell => SafeText.Line(cell.Text))).TrimEnd());
            return;
        }

        var line = new Paragraph();
        foreach (var cell in cells)
        {
            line.Append(SafeText.Line(cell.Text) + "  ", Tones.Of(cell.Tone));
        }

        Console.Write(line);
        Console.WriteLine();
    }

    /// <summary>A word to the user that is not part of the answer.</summary>
    public void Note(string text) => host.Error.WriteLine(text);

    /// <summary>One resource: <paramref name="message"/> as JSON, or its fields.</summary>
    public void Item(IMessage message, IEnumerable<Field> fields)
    {
        if (json)
        {
            JsonLine(message);
        }
        else
        {
            Fields([.. fields]);
        }
    }

    /// <summary>Several resources.</summary>
    public void List<T>(IReadOnlyList<T> rows, IReadOnlyList<Column<T>> columns)
        where T : IMessage
    {
        if (json)
        {
            foreach (var row in rows)
            {
                JsonLine(row);
            }
        }
        else
        {
            Rows(rows, columns);
        }
    }

    /// <summary>A table, never as JSON.</summary>
    public void Rows<T>(IReadOnlyList<T> rows, IReadOnlyList<Column<T>> columns)
    {
        if (!Live)
        {
            PlainTable.Write(host.Output, columns, rows);
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column.Header)) { NoWrap = column.Whole });
        }

        foreach (var row in rows)
        {
            table.AddRow(columns.Select(column => Tones.Render(column.Value(row), column.Whole)));
        }

        Console.Write(table);
    }

    private void Fields(Field[] fields)
    {
        if (!Live)
        {
            PlainTable.Write(host.Output, fields);
            return;
        }

        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var field in fields)
        {
            grid.AddRow(Tones.Render(new Cell(field.Label, Tone.Dim), whole: true), Tones.Render(field.Value));
        }

        Console.Write(grid);
    }

    private static IAnsiConsole CreateConsole(CliHost host) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(host.Output),
        ColorSystem = string.IsNullOrEmpty(host.Environment("NO_COLOR")) ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
    });
}
