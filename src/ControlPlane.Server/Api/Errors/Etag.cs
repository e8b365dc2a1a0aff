using System.Globalization;

namespace ControlPlane.Server.Api.Errors;

/// <summary>The version of a record as callers see it. Callers can only compare etags.</summary>
internal static class Etag
{
    /// <summary>Returns the etag of a version.</summary>
    public static string Of(long version) => version.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether the etag of a request allows a change of this version. The empty etag allows every version.</summary>
    public static bool Allows(string etag, long version) => etag.Length == 0 || etag == Of(version);

    /// <summary>
    /// Returns the version that an etag names: null for the empty etag, which allows every version, and 0, which no record has,
    /// for an etag that was never given out.
    /// </summary>
    public static long? ToVersion(string etag)
    {
        if (etag.Length == 0)
        {
            return null;
        }

        // Only the exact text that was given out counts: "007" and "+7" are not the etag "7".
        return long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && Of(version) == etag ? version : 0;
    }
}
