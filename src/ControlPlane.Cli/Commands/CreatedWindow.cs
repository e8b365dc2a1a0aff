using System.CommandLine;
using ControlPlane.Cli.Values;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Commands;

/// <summary>The flags that limit a list to a span of time.</summary>
internal sealed class CreatedWindow
{
    private readonly Option<TimeText?> _after = Flags.Time("--created-after", "Only created at or after this time.");
    private readonly Option<TimeText?> _before = Flags.Time("--created-before", "Only created before this time.");

    public void AddTo(Command command)
    {
        command.Add(_after);
        command.Add(_before);
    }

    /// <summary>Both ends, read once so that all pages ask for the same span.</summary>
    public (Timestamp? After, Timestamp? Before) Read(Session session) =>
        (Absolute(session, _after), Absolute(session, _before));

    private static Timestamp? Absolute(Session session, Option<TimeText?> option) =>
        session.Get(option) is { } time ? Timestamp.FromDateTimeOffset(time.Before(session.Now)) : null;
}
