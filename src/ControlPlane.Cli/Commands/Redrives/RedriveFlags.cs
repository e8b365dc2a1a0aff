using System.CommandLine;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using Google.Protobuf;

namespace ControlPlane.Cli.Commands.Redrives;

/// <summary>What starting a redrive and starting a replay have in common: to count only, the pace, and waiting for the end.</summary>
internal sealed class RedriveFlags
{
    // The server counts before it answers, which takes its time where millions are stored.
    public static readonly TimeSpan Usual = TimeSpan.FromMinutes(5);

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only count; nothing is sent." };
    private readonly Option<double> _rate = new("--rate") { Description = "How many per second at most, 0.1 to 1000. [default: 100]", HelpName = "NUMBER" };
    private readonly Option<bool> _wait = new("--wait") { Description = "Wait until it has ended, and show how far it is." };

    public void AddTo(Command command)
    {
        command.Add(_dryRun);
        command.Add(_rate);
        command.Add(_wait);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_dryRun) && result.GetValue(_wait))
            {
                result.AddError("--dry-run and --wait exclude each other.");
            }
        });
    }

    public bool DryRun(Session session) => session.Get(_dryRun);

    public double Rate(Session session) => session.Get(_rate);

    /// <summary>Shows what was started or counted, or follows it to its end.</summary>
    public async Task<int> ShowAsync(Session session, IMessage answer, int count, string redriveId)
    {
        if (session.Get(_wait))
        {
            session.Print.Note($"redrive: {redriveId}");
            return await RedriveProgress.WaitAsync(session, redriveId);
        }

        session.Print.Item(answer, RedriveView.Fields(count, redriveId));
        return ExitCodes.Ok;
    }
}
