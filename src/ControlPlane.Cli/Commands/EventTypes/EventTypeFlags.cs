using System.CommandLine;
using System.Text;
using ControlPlane.Cli.Values;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands;

/// <summary>The flags that describe an event type, the same for create and update. Only what was written is set.</summary>
internal sealed class EventTypeFlags
{
    private readonly Option<string> _description = Flags.Text("--description", "Free text for people.");

    private readonly Option<bool?> _deprecated =
        new("--deprecated") { Description = "Whether it should no longer be used; it still works.", HelpName = "true|false" };

    private readonly Option<string> _schema = Flags.Text(
        "--schema", "What payloads look like, a JSON Schema of draft 2020-12: @file, - for stdin, or the text itself; empty for none.", "JSON");

    private readonly Option<string[]> _examples = Flags.Texts("--example", "A payload for people to read: @file or the text itself.", "JSON");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_description, _deprecated, _schema, _examples])
        {
            command.Add(option);
        }
    }

    /// <summary>Sets what the flags say; the answer is the paths of a mask that names exactly that.</summary>
    public async Task<IReadOnlyList<string>> ApplyAsync(Session session, EventType type)
    {
        var paths = new List<string>();
        if (session.Given(_description))
        {
            type.Description = session.Get(_description);
            paths.Add("description");
        }

        if (session.Given(_deprecated))
        {
            type.Deprecated = session.Get(_deprecated) ?? true;
            paths.Add("deprecated");
        }

        if (session.Given(_schema))
        {
            type.Schema = await ReadAsync(session, session.Get(_schema));
            paths.Add("schema");
        }

        if (session.Given(_examples))
        {
            foreach (var example in session.Get(_examples))
            {
                type.Examples.Add(await ReadAsync(session, example));
            }

            paths.Add("examples");
        }

        return paths;
    }

    private static async Task<string> ReadAsync(Session session, string data) =>
        Encoding.UTF8.GetString(InputBytes.WithoutMark(await InputBytes.ReadDataAsync(session, data))).TrimEnd();
}
