namespace ControlPlane.Server.Access;

/// <summary>
/// Who makes a request, as its authentication scheme found out. Every scheme sets one on the request, so that nothing behind it
/// depends on the scheme.
/// </summary>
/// <param name="Caller">The caller.</param>
/// <param name="RecheckAsync">
/// Throws <see cref="Api.Errors.RequestException"/> once the credential is no longer valid. Called for each message of a stream.
/// </param>
internal sealed record Admission(Caller Caller, Func<CancellationToken, ValueTask> RecheckAsync)
{
    /// <summary>Returns the admission of a request, or null if its credential was not checked or not accepted.</summary>
    public static Admission? Of(HttpContext context) => context.Features.Get<Admission>();
}

/// <summary>Why the credential of a request was not accepted, as its authentication scheme found out.</summary>
internal sealed record AuthenticationFailure(Exception Exception);
