using ControlPlane.Signing;

namespace ControlPlane.Cli.Demo;

/// <summary>A webhook of the demo, with the secret that was shown when it was made.</summary>
/// <param name="Name">For people.</param>
/// <param name="Id">The server's id of it.</param>
/// <param name="Path">Where at the receiver.</param>
/// <param name="EventType">What it subscribed to.</param>
/// <param name="Dialect">How its requests are signed.</param>
/// <param name="Secret">The one that signs now.</param>
internal sealed record DemoHook(string Name, string Id, string Path, string EventType, Dialect Dialect, string Secret)
{
    public bool Wants(string eventType) =>
        EventType == "*" || eventType.StartsWith(EventType.TrimEnd('*'), StringComparison.Ordinal);
}
