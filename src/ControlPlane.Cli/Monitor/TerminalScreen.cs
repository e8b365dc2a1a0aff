using System.Text;
using ControlPlane.Cli.Output;
using Spectre.Console;

namespace ControlPlane.Cli.Monitor;

/// <summary>The whole terminal, drawn anew as one text, so that nothing flickers; what was there before comes back in the end.</summary>
internal sealed class TerminalScreen : IDisposable
{
    private const string Enter = "\e[?1049h\e[?25l";
    private const string Leave = "\e[?25h\e[?1049l";
    private readonly CliHost _host;
    private readonly bool _colours;
    private string _drawn = "";

    public TerminalScreen(CliHost host)
    {
        _host = host;
        _colours = string.IsNullOrEmpty(host.Environment("NO_COLOR"));
        host.Output.Write(Enter);
    }

    public void Draw(Board board, MonitorKeys keys)
    {
        var (width, height) = (Math.Max(20, Console.WindowWidth), Math.Max(5, Console.WindowHeight));
        var lines = MonitorFrame.Of(board, keys, width, height);
        var text = new StringBuilder("\e[H");
        foreach (var (index, line) in lines.Take(height).Index())
        {
            text.Append(index > 0 ? "\r\n" : "");
            Write(text, line, width);
            text.Append("\e[K");
        }

        text.Append("\e[J");
        var drawn = text.ToString();
        if (drawn != _drawn)
        {
            _drawn = drawn;
            _host.Output.Write(drawn);
            _host.Output.Flush();
        }
    }

    public void Dispose()
    {
        _host.Output.Write(Leave);
        _host.Output.Flush();
    }

    private void Write(StringBuilder text, FrameLine line, int width)
    {
        text.Append(line.Selected ? "\e[7m" : "");
        foreach (var cell in line.Cells)
        {
            if (width <= 0)
            {
                break;
            }

            var part = SafeText.Line(cell.Text);
            part = part.GetCellWidth() <= width ? part : part[..Math.Min(part.Length, width)];
            width -= part.GetCellWidth() + 1;
            var colour = _colours ? Colour(cell.Tone) : "";
            text.Append(colour).Append(part).Append(colour.Length > 0 ? "\e[39;22m" : "").Append(width > 0 ? " " : "");
        }

        text.Append(line.Selected ? "\e[0m" : "");
    }

    private static string Colour(Tone tone) => tone switch
    {
        Tone.Good => "\e[32m",
        Tone.Waiting => "\e[33m",
        Tone.Bad => "\e[31m",
        Tone.Dim => "\e[2m",
        _ => "",
    };
}
