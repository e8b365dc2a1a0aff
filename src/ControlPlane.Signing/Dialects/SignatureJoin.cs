namespace ControlPlane.Signing;

/// <summary>How the signatures of several active secrets share one header.</summary>
public enum SignatureJoin
{
    /// <summary>They do not: only the newest secret signs.</summary>
    NewestOnly,

    /// <summary>The whole header value is repeated for every secret, newest first, separated by a space.</summary>
    SpaceSeparated,

    /// <summary>
    /// The header value is a comma-separated list, and its item with the signature is repeated for every secret, newest
    /// first: <c>t=1,v1={sig}</c> becomes <c>t=1,v1=a,v1=b</c>.
    /// </summary>
    RepeatedItem,
}
