using System.CommandLine;
using System.Text;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary>The flags that say how a webhook's requests are signed and shaped.</summary>
internal sealed class DialectFlags
{
    private readonly Option<string> _dialect =
        Flags.Text("--dialect", "How requests are signed: standard-webhooks, svix, ...", "NAME");

    private readonly Option<string> _custom = Flags.Text(
        "--custom-dialect", "A dialect of its own instead, as the JSON of the API's CustomDialect: @file, - for stdin, or the text itself.", "JSON");

    private readonly Option<string> _additional =
        Flags.Text("--additional-dialect", "A second built-in dialect whose headers are added, for a migration.", "NAME");

    public void AddTo(Command command)
    {
        command.Add(_dialect);
        command.Add(_custom);
        command.Add(_additional);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_dialect) is not null && result.GetResult(_custom) is not null)
            {
                result.AddError("--dialect and --custom-dialect exclude each other.");
            }
        });
    }

    /// <summary>Sets what the flags say; the answer is the paths that changed.</summary>
    public async Task<IReadOnlyList<string>> ApplyAsync(Session session, Webhook webhook)
    {
        var paths = new List<string>();
        if (session.Given(_dialect))
        {
            webhook.Dialect = session.Get(_dialect);
            paths.Add("dialect");
        }

        if (session.Given(_custom))
        {
            webhook.CustomDialect = Parse(InputBytes.WithoutMark(await InputBytes.ReadDataAsync(session, session.Get(_custom))));
            paths.Add("custom_dialect");
        }

        if (session.Given(_additional))
        {
            webhook.AdditionalDialect = session.Get(_additional);
            paths.Add("additional_dialect");
        }

        return paths;
    }

    private static CustomDialect Parse(byte[] json)
    {
        try
        {
            return CustomDialect.Parser.ParseJson(Encoding.UTF8.GetString(json));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new UsageException($"--custom-dialect is not the JSON of a custom dialect: {e.Message}");
        }
    }
}
