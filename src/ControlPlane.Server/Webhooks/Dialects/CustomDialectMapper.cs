using ControlPlane.Storage;
using ControlPlane.V1;

namespace ControlPlane.Server.Webhooks.Dialects;

/// <summary>Between a custom dialect of the API and of the store. The record has every default filled in.</summary>
internal static class CustomDialectMapper
{
    private static readonly CustomDialectRecord Defaults = new();

    public static CustomDialectRecord ToRecord(CustomDialect dialect) => new()
    {
        Name = dialect.Name.Length > 0 ? dialect.Name : Defaults.Name,
        KeyFormat = dialect.KeyFormat == 0 ? Defaults.KeyFormat : (DialectKeyFormat)dialect.KeyFormat,
        Algorithm = dialect.Algorithm == 0 ? Defaults.Algorithm : (DialectAlgorithm)dialect.Algorithm,
        SignedContent = dialect.SignedContent.Length > 0 ? dialect.SignedContent : Defaults.SignedContent,
        Encoding = dialect.Encoding == 0 ? Defaults.Encoding : (DialectEncoding)dialect.Encoding,
        SignatureJoin = dialect.SignatureJoin == 0 ? Defaults.SignatureJoin : (DialectSignatureJoin)dialect.SignatureJoin,
        TimestampUnit = dialect.TimestampUnit == 0 ? Defaults.TimestampUnit : (DialectTimestampUnit)dialect.TimestampUnit,
        Envelope = dialect.Envelope.Length > 0 ? dialect.Envelope : null,
        Headers = [.. dialect.Headers.Select(h => new DialectHeaderRecord(h.Name, h.Value))],
    };

    public static CustomDialect ToProto(CustomDialectRecord record) => new()
    {
        Name = record.Name,
        KeyFormat = (CustomDialect.Types.KeyFormat)record.KeyFormat,
        Algorithm = (CustomDialect.Types.Algorithm)record.Algorithm,
        SignedContent = record.SignedContent,
        Encoding = (CustomDialect.Types.Encoding)record.Encoding,
        SignatureJoin = (CustomDialect.Types.SignatureJoin)record.SignatureJoin,
        TimestampUnit = (CustomDialect.Types.TimestampUnit)record.TimestampUnit,
        Envelope = record.Envelope ?? "",
        Headers = { record.Headers.Select(h => new CustomDialect.Types.Header { Name = h.Name, Value = h.Value }) },
    };
}
