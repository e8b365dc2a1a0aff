using Google.Protobuf;

namespace ControlPlane.CrashTests.Load;

/// <summary>
/// Publishes large events that nobody receives, to a tenant that no ledger knows of: they fill the log until it is copied into the
/// database file.
/// </summary>
internal static class Filling
{
    private const int Size = 240_000;

    private static readonly ByteString Payload = ByteString.CopyFromUtf8($"\"{new string('x', Size)}\"");

    public static async Task RunAsync(Stage platform)
    {
        while (platform.GoesOn)
        {
            await platform.CallAsync("filler", c => c.Events.PublishEventAsync(new() { Event = new() { Type = "filler", Payload = Payload } }));
        }
    }
}
