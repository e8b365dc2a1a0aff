using System.Diagnostics.CodeAnalysis;

namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>Texts of a webhook's settings that are credentials: in a draft as they are, in the store sealed for their webhook and purpose.</summary>
internal static class SealedText
{
    // No credential holds such a character, so nobody can pass one off as another one sealed.
    private const string Prefix = "\u0001sealed:";

    public static bool IsSealed(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>A text as it is stored; one that is sealed stays as it is.</summary>
    /// <param name="sealer">Seals.</param>
    /// <param name="webhookId">The webhook's id.</param>
    /// <param name="purpose">What the text is. It has a space, which ids of secrets have not.</param>
    /// <param name="text">The text.</param>
    public static string SealText(this SecretSealer sealer, string webhookId, string purpose, string text) =>
        IsSealed(text) ? text : Prefix + Convert.ToBase64String(sealer.Seal(webhookId, purpose, text));

    /// <summary>A text as it was before it was sealed; false if it does not open.</summary>
    public static bool TryOpenText(this SecretSealer sealer, string webhookId, string purpose, string text, [NotNullWhen(true)] out string? plain)
    {
        plain = text;
        return !IsSealed(text) || sealer.TryOpen(webhookId, purpose, Convert.FromBase64String(text[Prefix.Length..]), out plain);
    }
}
