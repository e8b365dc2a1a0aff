namespace ControlPlane.Signing;

/// <summary>Collects what a dialect's headers say about a received request.</summary>
internal sealed class HeaderReader
{
    private const Placeholder MayBeEmpty = Placeholder.Event | Placeholder.Instance | Placeholder.WebhookId;

    private readonly ValueHeader[] _values;
    private readonly Placeholder _signed;

    public HeaderReader(DialectPlan plan)
    {
        _signed = plan.Signatures.Signed;
        _values =
        [
            .. plan.Dialect.Headers
                .Select(h => (h.Name, Template: Template.Parse(h.Value)))
                .Where(h => (h.Template.Uses & Placeholder.Signature) == 0
                    && (SignedContentRules.Carries(h.Template) & _signed) != 0)
                .Select(h => new ValueHeader(h.Name, h.Template)),
        ];
        Signatures = [.. plan.Headers.OfType<SignatureHeader>().Select(h => new SignatureReader(h, plan.Signatures.Length))];
    }

    /// <summary>The headers that can hold a signature.</summary>
    public SignatureReader[] Signatures { get; }

    /// <summary>The first header that carries the time of the attempt, where it is signed.</summary>
    public string TimestampName => Carriers(Placeholder.Timestamp).First();

    /// <summary>Reads the signed values and the signature headers.</summary>
    /// <param name="header">The value of a header, or <see langword="null"/>.</param>
    /// <param name="values">The signed values.</param>
    /// <param name="signatures">The text of each of <see cref="Signatures"/>, <see langword="null"/> where absent.</param>
    /// <returns>The refusal, or <see langword="null"/> when all is there.</returns>
    public VerificationResult? Read(Func<string, string?> header, ref MessageValues values, Span<string?> signatures)
    {
        foreach (var source in _values)
        {
            var text = header(source.Name)?.Trim(' ', '\t');
            if (text is null || (text.Length == 0 && (source.Carries & MayBeEmpty) == 0))
            {
                continue;
            }
            if (source.Read(text) is not { } value || !Agree(ref values, source.Carries, value))
            {
                return VerificationResult.Malformed(source.Name);
            }
        }
        for (var i = 0; i < Signatures.Length; i++)
        {
            var source = Signatures[i].Header;
            signatures[i] = header(source.Name)?.Trim(' ', '\t') is { Length: > 0 } text ? text : null;
            if (signatures[i] is not { } received)
            {
                continue;
            }
            if (!Signatures[i].TryRead(received, out var timestamp)
                || (timestamp is not null && !Agree(ref values, Placeholder.Timestamp, timestamp)))
            {
                return VerificationResult.Malformed(source.Name);
            }
        }
        return FindMissing(values, signatures);
    }

    private VerificationResult? FindMissing(in MessageValues values, ReadOnlySpan<string?> signatures)
    {
        foreach (var placeholder in Placeholders.Each(_signed))
        {
            if (!values.Has(placeholder))
            {
                return VerificationResult.Missing(Carriers(placeholder));
            }
        }
        return signatures.ContainsAnyExcept((string?)null)
            ? null
            : VerificationResult.Missing(Signatures.Select(s => s.Header.Name));
    }

    // Two different headers of one name leave open which of them the receiver reads.
    private static bool Agree(ref MessageValues values, Placeholder placeholder, string value)
    {
        var agrees = !values.Has(placeholder) || values[placeholder] == value;
        values[placeholder] = value;
        return agrees;
    }

    private IEnumerable<string> Carriers(Placeholder placeholder) =>
        _values.Where(v => v.Carries == placeholder).Select(v => v.Name)
            .Concat(Signatures.Where(s => (s.Header.Carries & placeholder) != 0).Select(s => s.Header.Name));
}
