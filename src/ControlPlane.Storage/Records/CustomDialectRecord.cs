namespace ControlPlane.Storage;

/// <summary>A webhook's own dialect, with every default filled in.</summary>
public sealed record CustomDialectRecord
{
    public string Name { get; init; } = "custom";
    public DialectKeyFormat KeyFormat { get; init; } = DialectKeyFormat.WhsecBase64;
    public DialectAlgorithm Algorithm { get; init; } = DialectAlgorithm.HmacSha256;
    public string SignedContent { get; init; } = "{id}.{ts}.{body}";
    public DialectEncoding Encoding { get; init; } = DialectEncoding.Base64;
    public DialectSignatureJoin SignatureJoin { get; init; } = DialectSignatureJoin.NewestOnly;
    public DialectTimestampUnit TimestampUnit { get; init; } = DialectTimestampUnit.Seconds;

    /// <summary>Null means none: the body is the payload.</summary>
    public string? Envelope { get; init; }

    public IReadOnlyList<DialectHeaderRecord> Headers { get; init; } = [];
}

/// <summary>A header of a custom dialect.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The template of its value.</param>
public sealed record DialectHeaderRecord(string Name, string Value);

/// <summary>How a secret becomes a key. Numbers equal those of <c>controlplane.v1.CustomDialect.KeyFormat</c> and are stored.</summary>
public enum DialectKeyFormat
{
    WhsecBase64 = 1,
    Utf8 = 2,
}

/// <summary>What is computed. Numbers equal those of <c>controlplane.v1.CustomDialect.Algorithm</c> and are stored.</summary>
public enum DialectAlgorithm
{
    HmacSha256 = 1,
    HmacSha512 = 2,
    None = 3,
}

/// <summary>How a signature is written. Numbers equal those of <c>controlplane.v1.CustomDialect.Encoding</c> and are stored.</summary>
public enum DialectEncoding
{
    Base64 = 1,
    Hex = 2,
}

/// <summary>How signatures share a header. Numbers equal those of <c>controlplane.v1.CustomDialect.SignatureJoin</c> and are stored.</summary>
public enum DialectSignatureJoin
{
    NewestOnly = 1,
    SpaceSeparated = 2,
    RepeatedItem = 3,
}

/// <summary>The unit of times. Numbers equal those of <c>controlplane.v1.CustomDialect.TimestampUnit</c> and are stored.</summary>
public enum DialectTimestampUnit
{
    Seconds = 1,
    Milliseconds = 2,
}
