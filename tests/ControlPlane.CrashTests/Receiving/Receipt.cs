namespace ControlPlane.CrashTests.Receiving;

/// <summary>A request that reached the receiver.</summary>
/// <param name="Number">Counted over all mailboxes, in order of arrival.</param>
/// <param name="Life">Which process of the server sent it.</param>
/// <param name="Arrived">When it was there as a whole.</param>
/// <param name="Headers">By name in any case.</param>
/// <param name="Body">The raw bytes.</param>
internal sealed record Receipt(
    int Number, int Life, long Arrived, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>What answers begin with; the number follows. The server keeps the answer with the attempt.</summary>
    public const string Mark = "receipt ";

    public string EventId => Header("webhook-id") ?? "";

    /// <summary>How it was answered; 0 if it was not.</summary>
    public int Status { get; set; }

    /// <summary>Just before it was answered; 0 if it was not.</summary>
    public long Answered { get; set; }

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
