namespace ControlPlane.Signing;

/// <summary>Puts a payload, byte for byte, into the JSON around it.</summary>
internal sealed class EnvelopeWriter
{
    private readonly Utf8Template _before;
    private readonly Utf8Template _after;
    private readonly Placeholder _uses;
    private readonly TimestampUnit _unit;

    public EnvelopeWriter(string envelope, TimestampUnit unit)
    {
        var template = Template.Parse(envelope);
        (var before, var after) = template.SplitAt(Placeholder.Payload);
        (_before, _after) = (new Utf8Template(before), new Utf8Template(after));
        (_uses, _unit) = (template.Uses, unit);
    }

    public byte[] Wrap(in SigningRequest request)
    {
        var values = MessageValues.ForJson(request, _unit, _uses);
        // Nothing at all is no JSON value; null is the nearest that is.
        var payload = request.Payload.IsEmpty ? "null"u8 : request.Payload.Span;
        var body = GC.AllocateUninitializedArray<byte>(_before.Measure(values) + payload.Length + _after.Measure(values));
        var written = _before.Write(values, body);
        payload.CopyTo(body.AsSpan(written));
        _after.Write(values, body.AsSpan(written + payload.Length));
        return body;
    }
}
