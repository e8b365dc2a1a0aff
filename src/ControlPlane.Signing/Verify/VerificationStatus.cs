namespace ControlPlane.Signing;

/// <summary>What came out of a verification. Everything but <see cref="Valid"/> is a refusal.</summary>
public enum VerificationStatus
{
    /// <summary>No signature fits the body, the signed headers and any of the secrets.</summary>
    SignatureMismatch,

    /// <summary>The request is authentic.</summary>
    Valid,

    /// <summary>A header that is needed is not there.</summary>
    MissingHeader,

    /// <summary>A header does not have the dialect's form, or two headers disagree.</summary>
    MalformedHeader,

    /// <summary>The signed timestamp is older than the tolerance allows.</summary>
    TimestampTooOld,

    /// <summary>The signed timestamp is further in the future than the tolerance allows.</summary>
    TimestampTooNew,
}
