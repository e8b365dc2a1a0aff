namespace ControlPlane.Signing;

/// <summary>A dialect made ready for use: checked, and its templates parsed.</summary>
internal sealed class DialectPlan
{
    public DialectPlan(Dialect dialect)
    {
        ArgumentNullException.ThrowIfNull(dialect);
        var problems = dialect.Validate();
        if (problems.Count > 0)
        {
            throw new ArgumentException(
                $"The dialect cannot be used. {string.Join(" ", problems.Select(p => $"{p.Field}: {p.Message}"))}",
                nameof(dialect));
        }
        Dialect = dialect;
        Signatures = new SignatureMaker(dialect);
        Envelope = dialect.Envelope is null ? null : new EnvelopeWriter(dialect.Envelope, dialect.TimestampUnit);
        var uses = Signatures.Signed;
        Headers = new HeaderPlan[dialect.Headers.Count];
        for (var i = 0; i < Headers.Length; i++)
        {
            var (name, value) = dialect.Headers[i];
            var template = Template.Parse(value);
            uses |= template.Uses;
            Headers[i] = (template.Uses & Placeholder.Signature) != 0
                ? new SignatureHeader(name, value, dialect.SignatureJoin, dialect.TakesEd25519)
                : new PlainHeader(name, template);
        }
        Uses = uses & Placeholder.Message;
    }

    public Dialect Dialect { get; }

    public SignatureMaker Signatures { get; }

    public EnvelopeWriter? Envelope { get; }

    public HeaderPlan[] Headers { get; }

    /// <summary>The message values needed for the headers and the signature.</summary>
    public Placeholder Uses { get; }
}
