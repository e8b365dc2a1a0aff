using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands.Redrives;

/// <summary>Follows a redrive to its end.</summary>
internal static class RedriveProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Shows every change of the counts, then the redrive; it is a failure if somebody cancelled it.</summary>
    public static async Task<int> WaitAsync(Session session, string id)
    {
        var shown = "";
        while (true)
        {
            var answer = await session.Server.Deliveries.GetRedriveAsync(new GetRedriveRequest { RedriveId = id }, session.Call());
            var redrive = answer.Redrive;
            var progress = RedriveView.Progress(redrive);
            if (progress != shown)
            {
                session.Print.Note(progress);
                shown = progress;
            }

            if (redrive.State is not RedriveState.Running)
            {
                session.Print.Item(redrive, RedriveView.Fields(redrive));
                return redrive.State is RedriveState.Done ? ExitCodes.Ok : ExitCodes.Failed;
            }

            await Task.Delay(Interval, session.Host.Time, session.Cancellation);
        }
    }
}
