namespace ControlPlane.CrashTests.Receiving;

/// <summary>How mailboxes answer: told the event and how manyth of its requests it is. An event always fares the same.</summary>
internal static class Behaviours
{
    /// <summary>A status after which the webhooks' policy makes no further attempt.</summary>
    public const int Final = 422;

    public static int Healthy(string eventId, int nth) => 200;

    /// <summary>Three of ten events fail at first.</summary>
    public static int Flaky(string eventId, int nth) => Share(eventId) < 3 && nth == 1 ? 500 : 200;

    /// <summary>Four of ten events always fail, and one more is refused for good.</summary>
    public static int Broken(string eventId, int nth) => Share(eventId) switch
    {
        < 4 => 503,
        4 => Final,
        _ => 200,
    };

    /// <summary>0 to 9.</summary>
    private static int Share(string eventId) => eventId.Aggregate(17, (hash, c) => ((hash * 31) + c) & 0xFFFFFF) % 10;
}
