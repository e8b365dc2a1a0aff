using System.Reflection;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Server.Tests;

/// <summary>An operator filters and alerts by event id, so each id means one thing.</summary>
public sealed class EventIdTests
{
    private static readonly int[] Firsts =
        [.. typeof(EventIds).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (int)f.GetRawConstantValue()!).Order()];

    private static readonly List<(string Room, string Message, int Id)> Messages =
    [
        .. typeof(EventIds).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            .Select(method => (Method: method, Log: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(found => found.Log is not null)
            .Select(found => (found.Method.DeclaringType!.FullName!, found.Method.Name, found.Log!.EventId)),
    ];

    [Fact]
    public void Ids_AreUnique()
    {
        Assert.True(Messages.Count > 30);
        Assert.Empty(
            from message in Messages
            group message by message.Id into same
            where same.Count() > 1
            select $"{same.Key}: {string.Join(", ", same.Select(m => $"{m.Room}.{m.Message}"))}");
    }

    [Fact]
    public void Ids_StayInTheirRoomsBlock() => Assert.Empty(
        from message in Messages
        group message by Firsts.LastOrDefault(first => first <= message.Id) into block
        let rooms = block.Select(m => m.Room).Distinct().ToList()
        where block.Key == 0 || rooms.Count > 1
        select $"{block.Key}: {string.Join(", ", rooms)}");
}
