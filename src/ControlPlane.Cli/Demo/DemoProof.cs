using ControlPlane.Signing;
using ControlPlane.V1;

namespace ControlPlane.Cli.Demo;

/// <summary>Checks what the receiver got, as its owner would, against what was published.</summary>
internal sealed class DemoProof(DemoReceiver receiver, TimeProvider time)
{
    /// <summary>How many requests were verified so far.</summary>
    public int Verified { get; private set; }

    /// <summary>
    /// Every request to <paramref name="hook"/> carries a signature under its secret and the published bytes, and every event that
    /// it subscribed to was accepted.
    /// </summary>
    /// <exception cref="DemoFailedException">One of that is not so.</exception>
    public void Check(DemoHook hook, IReadOnlyList<Event> published)
    {
        var verifier = new WebhookVerifier(hook.Secret, hook.Dialect, timeProvider: time);
        var events = published.Where(e => hook.Wants(e.Type)).ToDictionary(e => e.Id);
        var accepted = new HashSet<string>();
        foreach (var request in receiver.Requests.Where(r => r.Path == hook.Path))
        {
            if (!events.TryGetValue(request.MessageId, out var sent))
            {
                throw new DemoFailedException($"{hook.Name} received {request.MessageId}, which is not for it.");
            }

            CheckSignature(hook, verifier, request);
            if (!request.Body.AsSpan().SequenceEqual(sent.Payload.Span))
            {
                throw new DemoFailedException($"{hook.Name} received {request.MessageId} with other bytes than were published.");
            }

            if (request.Accepted)
            {
                accepted.Add(request.MessageId);
            }
        }

        if (events.Keys.Except(accepted).ToList() is { Count: > 0 } missing)
        {
            throw new DemoFailedException($"{hook.Name} did not receive {string.Join(", ", missing)}.");
        }
    }

    /// <summary>The request of one message carries a signature of each secret, each of which verifies alone.</summary>
    public void CheckRotation(DemoHook old, DemoHook rotated, Event published)
    {
        var request = Single(old, published.Id);
        foreach (var hook in new[] { old, rotated })
        {
            CheckSignature(hook, new WebhookVerifier(hook.Secret, hook.Dialect, timeProvider: time), request);
        }

        var signatures = request.Header("webhook-signature")!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (signatures.Length != 2 || !request.Body.AsSpan().SequenceEqual(published.Payload.Span))
        {
            throw new DemoFailedException($"After the rotation {old.Name} received {signatures.Length} signatures instead of 2.");
        }
    }

    /// <summary>The request of a test, whose body the server made.</summary>
    public void CheckTest(DemoHook hook, string messageId) =>
        CheckSignature(hook, new WebhookVerifier(hook.Secret, hook.Dialect, timeProvider: time), Single(hook, messageId));

    private ReceivedRequest Single(DemoHook hook, string messageId) =>
        receiver.Requests.FirstOrDefault(r => r.Path == hook.Path && r.MessageId == messageId)
        ?? throw new DemoFailedException($"{hook.Name} did not receive {messageId}.");

    private void CheckSignature(DemoHook hook, WebhookVerifier verifier, ReceivedRequest request)
    {
        var result = verifier.Verify(request.Header, request.Body);
        if (!result.IsValid)
        {
            throw new DemoFailedException($"{hook.Name} received {request.MessageId} with a signature that does not hold: {result.Message}");
        }

        Verified++;
    }
}
