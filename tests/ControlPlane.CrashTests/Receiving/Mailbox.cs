namespace ControlPlane.CrashTests.Receiving;

/// <summary>One address of the receiver.</summary>
/// <param name="url">What webhooks call.</param>
/// <param name="answer">Gives the status for an event's request: told how manyth of the event it is here.</param>
/// <param name="hold">How long requests are held before they are answered, at most.</param>
internal sealed class Mailbox(string url, Func<string, int, int> answer, TimeSpan hold)
{
    private readonly Lock _lock = new();
    private readonly List<Receipt> _receipts = [];
    private readonly Dictionary<string, int> _seen = new(StringComparer.Ordinal);

    public string Url => url;

    public TimeSpan Hold => hold;

    public IReadOnlyList<Receipt> Receipts
    {
        get
        {
            lock (_lock)
            {
                return [.. _receipts];
            }
        }
    }

    /// <summary>Keeps a request; answers it with the status to send.</summary>
    public (Receipt Receipt, int Status) Add(Func<Receipt> make)
    {
        lock (_lock)
        {
            var receipt = make();
            _receipts.Add(receipt);
            var nth = _seen[receipt.EventId] = _seen.GetValueOrDefault(receipt.EventId) + 1;
            return (receipt, answer(receipt.EventId, nth));
        }
    }
}
