using System.CommandLine;
using ControlPlane.Cli.Commands;

namespace ControlPlane.Cli.Demo;

internal static class DemoCommand
{
    public static Command Create(CommandRunner runner) => runner.Handle(new Command("demo", "x"), _ => Task.CompletedTask);
}
