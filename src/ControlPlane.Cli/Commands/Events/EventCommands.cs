using System.CommandLine;
using ControlPlane.Cli.Commands.Events;

namespace ControlPlane.Cli.Commands;

/// <summary><c>hookctl events</c></summary>
internal static class EventCommands
{
    public static Command Create(CommandRunner runner) => new("events", "What is told to webhooks.")
    {
        PublishEvents.Create(runner),
        ReadEvents.CreateList(runner),
        ReadEvents.CreateGet(runner),
        EraseEventsCommand.Create(runner),
    };
}
