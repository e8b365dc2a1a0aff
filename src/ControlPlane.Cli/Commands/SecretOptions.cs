using System.CommandLine;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Values;

namespace ControlPlane.Cli.Commands;

/// <summary>A signing secret of the caller's own, preferably from a file.</summary>
internal sealed class SecretOptions
{
    private readonly Option<string> _text = Flags.Text(
        "--secret",
        "Your own signing secret. Command lines show in process lists and shell histories: prefer --secret-file.",
        "SECRET");

    private readonly Option<string> _file = Flags.Text(
        "--secret-file", "Your own signing secret from a file, or from stdin with -. One line break at its end is dropped.", "FILE");

    public void AddTo(Command command)
    {
        command.Add(_text);
        command.Add(_file);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_text) is not null && result.GetResult(_file) is not null)
            {
                result.AddError("--secret and --secret-file exclude each other.");
            }
        });
    }

    /// <summary>The secret; empty if the server is to make one.</summary>
    public async Task<string> ReadAsync(Session session) =>
        session.Given(_file) ? await ReadFileAsync(session, _file) : session.Get(_text);

    /// <summary>A secret from a file; one line break at its end is dropped.</summary>
    public static async Task<string> ReadFileAsync(Session session, Option<string> file)
    {
        var text = System.Text.Encoding.UTF8.GetString(InputBytes.WithoutMark(await InputBytes.ReadAsync(session, session.Get(file))));
        text = text.EndsWith('\n') ? text[..^1] : text;
        text = text.EndsWith('\r') ? text[..^1] : text;
        return text.Length > 0 ? text : throw new UsageException("The secret file is empty.");
    }
}
