using System.Globalization;

namespace ControlPlane.Server.Watching;

/// <summary>
/// Where a watch stands, as text that clients keep: a revision, sealed with the id of the store that counted it, so that a token of
/// another store is not mistaken for one of this, and tells nothing of how much changed in between.
/// </summary>
internal static class ResumeToken
{
    // No page of a list has it: those are hashes.
    private const ulong Purpose = 0x7761746368;

    public static string Write(string storeId, long revision) => SealedNumber.Write(Context(storeId), revision);

    /// <summary>The revision, or null if this is not a token of this store.</summary>
    public static long? Read(string storeId, string token) =>
        SealedNumber.Read(Context(storeId), token) is >= 0 and { } revision ? revision : null;

    private static ulong Context(string storeId) =>
        ulong.Parse(storeId, NumberStyles.HexNumber, CultureInfo.InvariantCulture) ^ Purpose;
}
