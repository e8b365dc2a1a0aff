namespace ControlPlane.Egress.Connecting;

/// <summary>Carries a failure out of the connect callback, which has no other way to report one. Read it with
/// <see cref="EgressFailure.Of"/>.</summary>
internal sealed class EgressException(EgressFailure failure, Exception? inner = null) : IOException(failure.Message, inner)
{
    public EgressFailure Failure { get; } = failure;
}
