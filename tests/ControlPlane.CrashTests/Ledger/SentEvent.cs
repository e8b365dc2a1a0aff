using System.Globalization;
using ControlPlane.V1;

namespace ControlPlane.CrashTests.Ledger;

/// <summary>An event that was published, or that somebody tried to publish. Used by one publisher at a time.</summary>
/// <param name="Number">Its number; the event carries it as a label, so that it is known in lists.</param>
/// <param name="Message">What is sent, each time.</param>
/// <param name="Batch">The batch it is part of; 0 for none.</param>
internal sealed record SentEvent(int Number, Event Message, int Batch)
{
    /// <summary>The label that holds the number.</summary>
    public const string Label = "number";

    /// <summary>The number that a stored event carries; null if it carries none.</summary>
    public static int? NumberOf(Event stored) =>
        stored.Labels.TryGetValue(Label, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>When it was first sent.</summary>
    public long FirstSent { get; private set; }

    public int Sends { get; private set; }

    /// <summary>When it was first acknowledged; 0 if it never was.</summary>
    public long Acknowledged { get; private set; }

    public string EventId { get; private set; } = "";

    public int DeliveryCount { get; private set; }

    /// <summary>It takes effect once however often it is sent.</summary>
    public bool IsRepeatable => Message.Id.Length > 0 || Message.IdempotencyKey.Length > 0;

    public void Sending(long now)
    {
        FirstSent = Sends++ == 0 ? now : FirstSent;
    }

    /// <summary>Notes the answer, and holds it against the ones before.</summary>
    public void Answered(PublishEventResponse answer, long now, Violations violations)
    {
        if (Acknowledged > 0)
        {
            violations.Unless(
                answer.Duplicate && answer.Event.Id == EventId && answer.DeliveryCount == DeliveryCount,
                $"Event {Number} was acknowledged as {EventId} with {DeliveryCount} deliveries; a repeat got {answer}");
            return;
        }

        violations.Unless(!answer.Duplicate || Sends > 1, $"Event {Number} was sent once and is called a duplicate: {answer}");
        violations.Unless(
            Message.Id.Length == 0 || answer.Event.Id == Message.Id, $"Event {Number} was to be {Message.Id} and became {answer.Event.Id}");
        (Acknowledged, EventId, DeliveryCount) = (now, answer.Event.Id, answer.DeliveryCount);
    }
}
