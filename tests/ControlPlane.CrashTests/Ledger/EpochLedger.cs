using System.Collections.Concurrent;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.CrashTests.Ledger;

/// <summary>Everything that was asked of the server in one tenant, and what it acknowledged. Written by the callers alone.</summary>
internal sealed class EpochLedger(string name, Violations violations)
{
    private static readonly string[] Types = ["order.created", "order.created", "order.paid", "message.new", "stock.low"];

    private readonly ConcurrentQueue<SentEvent> _events = new();
    private readonly ConcurrentQueue<KnownWebhook> _webhooks = new();
    private readonly ConcurrentQueue<IReadOnlyList<SentEvent>> _unsettled = new();
    private int _number;
    private int _batch;
    private int _batches;
    private int _webhookChanges;

    public Violations Violations => violations;

    /// <summary>The tenant.</summary>
    public string TenantId { get; set; } = "";

    public IReadOnlyCollection<SentEvent> Events => _events;

    public IReadOnlyCollection<KnownWebhook> Webhooks => _webhooks;

    public RetryAndCancelLog RetriesAndCancels { get; } = new();

    public Sightings Sightings { get; } = new(violations);

    /// <summary>Webhook changes that were acknowledged, creations and deletions included.</summary>
    public int WebhookChanges => _webhookChanges;

    /// <summary>Batches that were acknowledged.</summary>
    public int Batches => _batches;

    public void CountWebhookChange() => Interlocked.Increment(ref _webhookChanges);

    public void CountBatch() => Interlocked.Increment(ref _batches);

    public void Add(KnownWebhook webhook) => _webhooks.Enqueue(webhook);

    /// <summary>A new event of a random kind: with an id, an idempotency key, or neither.</summary>
    public SentEvent NewEvent(Random random) => NewEvent(random, batch: 0, random.Next(10));

    /// <summary>Several new events of one batch; all of them can be repeated, or none.</summary>
    public IReadOnlyList<SentEvent> NewBatch(Random random, int count)
    {
        var batch = Interlocked.Increment(ref _batch);
        var kind = random.Next(10);
        return [.. Enumerable.Range(0, count).Select(_ => NewEvent(random, batch, kind))];
    }

    /// <summary>What was sent and not acknowledged is to be sent again by the next who asks, if that is safe.</summary>
    public void Unsettle(IReadOnlyList<SentEvent> together)
    {
        if (together[0].IsRepeatable)
        {
            _unsettled.Enqueue(together);
        }
    }

    /// <summary>Something that was sent and not acknowledged: one event, or a whole batch.</summary>
    public IReadOnlyList<SentEvent>? TakeUnsettled() => _unsettled.TryDequeue(out var together) ? together : null;

    private SentEvent NewEvent(Random random, int batch, int kind)
    {
        var number = Interlocked.Increment(ref _number);
        var message = new Event
        {
            Type = Types[random.Next(Types.Length)],
            Payload = ByteString.CopyFromUtf8($$"""{"number":{{number}},"filler":"{{new string('x', random.Next(20, 1_500))}}"}"""),
            Labels = { [SentEvent.Label] = $"{number}" },
        };
        (message.Id, message.IdempotencyKey) = kind switch
        {
            < 5 => ($"{name}-{number}", ""),
            < 8 => ("", $"{name}-key-{number}"),
            _ => ("", ""),
        };
        var sent = new SentEvent(number, message, batch);
        _events.Enqueue(sent);
        return sent;
    }
}
