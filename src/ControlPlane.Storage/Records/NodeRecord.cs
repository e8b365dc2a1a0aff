namespace ControlPlane.Storage;

/// <summary>A process that has the store open with others.</summary>
/// <param name="Name">The name under which it joined.</param>
/// <param name="StartTime">When it joined.</param>
/// <param name="LeaseUntil">Until when it owns what it owns if it does not prolong that.</param>
/// <param name="Shards">How many of the parts that webhooks are divided into it owns.</param>
/// <param name="ShardsOfAll">How many parts there are.</param>
/// <param name="IsSelf">It is this process.</param>
public sealed record NodeRecord(
    string Name, DateTimeOffset StartTime, DateTimeOffset LeaseUntil, int Shards, int ShardsOfAll, bool IsSelf);
