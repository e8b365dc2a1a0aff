using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.V1;

namespace ControlPlane.Cli.Commands;

/// <summary><c>hookctl info</c></summary>
internal static class InfoCommand
{
    public static Command Create(CommandRunner runner) =>
        runner.Handle(new Command("info", "Shows what server this is."), async session =>
        {
            var info = await session.Server.Admin.GetServerInfoAsync(new GetServerInfoRequest(), session.Call());
            session.Print.Item(info, AccessView.Fields(info));
        });
}
