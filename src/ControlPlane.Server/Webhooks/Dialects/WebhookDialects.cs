using System.Diagnostics.CodeAnalysis;
using ControlPlane.Signing;
using ControlPlane.Storage;
using SignatureAlgorithm = ControlPlane.Signing.SignatureAlgorithm;

namespace ControlPlane.Server.Webhooks.Dialects;

/// <summary>The dialects that a stored webhook is sent in.</summary>
internal static class WebhookDialects
{
    /// <summary>A custom dialect as the signing library takes it; not checked.</summary>
    public static Dialect Of(CustomDialectRecord record) => new()
    {
        Name = record.Name,
        KeyFormat = (KeyFormat)(record.KeyFormat - DialectKeyFormat.WhsecBase64),
        Algorithm = (SignatureAlgorithm)(record.Algorithm - DialectAlgorithm.HmacSha256),
        SignedContent = record.SignedContent,
        Encoding = (SignatureEncoding)(record.Encoding - DialectEncoding.Base64),
        SignatureJoin = (SignatureJoin)(record.SignatureJoin - DialectSignatureJoin.NewestOnly),
        TimestampUnit = (TimestampUnit)(record.TimestampUnit - DialectTimestampUnit.Seconds),
        Envelope = record.Envelope,
        Headers = [.. record.Headers.Select(h => new DialectHeader(h.Name, h.Value))],
    };

    /// <summary>
    /// The dialect that makes the request, and then the one whose headers are added, if there is one. False if this version
    /// cannot send in one of them: it was stored by another version.
    /// </summary>
    public static bool TryGet(WebhookRecord webhook, [NotNullWhen(true)] out IReadOnlyList<Dialect>? dialects)
    {
        dialects = null;
        var first = webhook.CustomDialect is { } custom ? Of(custom) : BuiltInDialects.TryGet(webhook.Dialect, out var named) ? named : null;
        if (first is null || (webhook.CustomDialect is not null && first.Validate().Count > 0))
        {
            return false;
        }

        if (webhook.AdditionalDialect.Length == 0)
        {
            dialects = [first];
            return true;
        }

        if (!BuiltInDialects.TryGet(webhook.AdditionalDialect, out var second))
        {
            return false;
        }

        dialects = [first, second];
        return true;
    }
}
