using System.CommandLine;
using ControlPlane.Cli.Commands.Redrives;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands;

/// <summary><c>hookctl redrives</c></summary>
internal static class RedriveCommands
{
    public static Command Create(CommandRunner runner) => new("redrives", "Bulk retries; \"deliveries redrive\" starts one.")
    {
        CreateList(runner),
        CreateGet(runner),
        CreateCancel(runner),
    };

    private static Command CreateList(CommandRunner runner)
    {
        var list = new ListOptions();
        var command = new Command("list", "Lists redrives, newest first.");
        list.AddTo(command);
        return runner.Handle(command, session => list.RunAsync(session, RedriveView.Columns, async (size, token) =>
        {
            var request = new ListRedrivesRequest { TenantId = session.Tenant, PageSize = size, PageToken = token };
            var page = await session.Server.Deliveries.ListRedrivesAsync(request, session.Call());
            return (page.Redrives, page.NextPageToken);
        }));
    }

    private static Command CreateGet(CommandRunner runner)
    {
        var id = Id();
        var wait = new Option<bool>("--wait") { Description = "Wait until it has ended, and show how far it is." };
        return runner.Handle(new Command("get", "Shows one redrive with its progress.") { id, wait }, async session =>
        {
            if (session.Get(wait))
            {
                return await RedriveProgress.WaitAsync(session, session.Get(id));
            }

            var answer = await session.Server.Deliveries.GetRedriveAsync(
                new GetRedriveRequest { RedriveId = session.Get(id) }, session.Call());
            session.Print.Item(answer.Redrive, RedriveView.Fields(answer.Redrive));
            return ExitCodes.Ok;
        });
    }

    private static Command CreateCancel(CommandRunner runner)
    {
        var id = Id();
        return runner.Handle(new Command("cancel", "Stops a redrive; what it has set going stays on its way.") { id }, async session =>
        {
            var answer = await session.Server.Deliveries.CancelRedriveAsync(
                new CancelRedriveRequest { RedriveId = session.Get(id) }, session.Call());
            session.Print.Item(answer.Redrive, RedriveView.Fields(answer.Redrive));
        });
    }

    private static Argument<string> Id() => new("redrive-id") { Description = "The redrive, rdv_..." };
}
