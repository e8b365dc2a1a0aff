namespace ControlPlane.Benchmarks;

/// <summary>What was asked for on the command line. A null means that each mode takes its own usual value.</summary>
internal sealed record Settings
{
    /// <summary>Measured rounds of each figure.</summary>
    public int? Rounds { get; init; }

    /// <summary>Rounds before those, which warm up the server's JIT and are not counted.</summary>
    public int? WarmUps { get; init; }

    /// <summary>Deliveries: per round of <c>ceiling</c> and <c>deliver</c>, stored in <c>list</c>, waiting in <c>backlog</c>, of the tenant that is read in
    /// <c>neighbours</c> and <c>siege</c>.</summary>
    public long? Count { get; init; }

    /// <summary>Length of one round of the modes that publish at a fixed rate.</summary>
    public int? Seconds { get; init; }

    /// <summary>Callers of <c>ceiling</c> and <c>deliver</c>.</summary>
    public int Concurrency { get; init; } = 64;

    /// <summary>Size of an event's payload in bytes.</summary>
    public int PayloadBytes { get; init; } = 1024;

    /// <summary>The sizes that are promised: 10,000,000 deliveries in <c>list</c>, 1,000,000 in <c>backlog</c>.</summary>
    public bool Full { get; init; }

    /// <summary>Small sizes that show whether a mode works; the figures mean little.</summary>
    public bool Quick { get; init; }

    /// <summary><c>auto</c>, <c>nginx</c> or <c>kestrel</c>.</summary>
    public string Receiver { get; init; } = "auto";

    /// <summary>The server's storage engine; null for its default.</summary>
    public string? Provider { get; init; }

    /// <summary>A folder that the server was published to; null lets <c>startup</c> publish it.</summary>
    public string? Published { get; init; }

    /// <summary>Where stores are put meanwhile.</summary>
    public required string Folder { get; init; }

    /// <summary>Where the JSON goes.</summary>
    public required string Output { get; init; }

    public int RoundsOr(int usual) => Rounds ?? (Quick ? Math.Min(usual, 2) : usual);

    public int WarmUpsOr(int usual) => WarmUps ?? (Quick ? Math.Min(usual, 1) : usual);

    public int SecondsOr(int usual) => Seconds ?? (Quick ? Math.Min(usual, 3) : usual);

    public long CountOr(long usual, long full) => Count ?? (Full ? full : Quick ? usual / 10 : usual);
}
