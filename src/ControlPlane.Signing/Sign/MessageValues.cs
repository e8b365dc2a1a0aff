using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ControlPlane.Signing;

/// <summary>The text of each message placeholder, already escaped for where it goes.</summary>
internal struct MessageValues
{
    private Slots _slots;

    /// <summary>The text; empty when it was not given.</summary>
    public string this[Placeholder placeholder]
    {
        readonly get => _slots[Slot(placeholder)] ?? "";
        set => _slots[Slot(placeholder)] = value;
    }

    public readonly bool Has(Placeholder placeholder) => _slots[Slot(placeholder)] is not null;

    /// <summary>The values in <paramref name="uses"/> as header-safe text, which is also what is signed.</summary>
    public static MessageValues ForHeaders(in SigningRequest request, TimestampUnit unit, Placeholder uses) =>
        From(request, unit, uses, HeaderText.Encode);

    /// <summary>The values in <paramref name="uses"/> as the content of JSON strings.</summary>
    public static MessageValues ForJson(in SigningRequest request, TimestampUnit unit, Placeholder uses) =>
        From(request, unit, uses, JsonText.Encode);

    private static MessageValues From(
        in SigningRequest request, TimestampUnit unit, Placeholder uses, Func<string, string> encode)
    {
        var values = new MessageValues();
        if ((uses & Placeholder.Id) != 0)
        {
            values[Placeholder.Id] = encode(request.MessageId);
        }
        if ((uses & Placeholder.Timestamp) != 0)
        {
            values[Placeholder.Timestamp] = Time(request.Timestamp, unit);
        }
        if ((uses & Placeholder.Created) != 0)
        {
            values[Placeholder.Created] = Time(request.CreateTime ?? request.Timestamp, unit);
        }
        if ((uses & Placeholder.Event) != 0)
        {
            values[Placeholder.Event] = encode(request.EventType);
        }
        if ((uses & Placeholder.Instance) != 0)
        {
            values[Placeholder.Instance] = encode(request.Instance ?? "");
        }
        if ((uses & Placeholder.WebhookId) != 0)
        {
            values[Placeholder.WebhookId] = encode(request.WebhookId ?? "");
        }
        if ((uses & Placeholder.DeliveryId) != 0)
        {
            var known = !string.IsNullOrEmpty(request.DeliveryId);
            values[Placeholder.DeliveryId] = encode(known ? request.DeliveryId! : request.MessageId);
        }
        return values;
    }

    private static string Time(DateTimeOffset time, TimestampUnit unit) =>
        (unit == TimestampUnit.Milliseconds ? time.ToUnixTimeMilliseconds() : time.ToUnixTimeSeconds())
            .ToString(CultureInfo.InvariantCulture);

    private static int Slot(Placeholder placeholder) => BitOperations.TrailingZeroCount((int)placeholder);

    // One per placeholder of Placeholder.Message.
    [InlineArray(7)]
    private struct Slots
    {
        private string? _first;
    }
}
