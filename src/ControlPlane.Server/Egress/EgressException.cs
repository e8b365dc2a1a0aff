using System.Security.Authentication;

namespace ControlPlane.Server.Egress;

/// <summary>Carries a failure out of the connect callback, which has no other way to report one. Read it with
/// <see cref="EgressFailure.Of"/>.</summary>
internal sealed class EgressException(EgressFailure failure, Exception? inner = null) : IOException(failure.Message, inner)
{
    public EgressFailure Failure { get; } = failure;
}

/// <summary>Carries out of the certificate callback what is wrong with the certificate.</summary>
internal sealed class CertificateRefusedException(string message) : AuthenticationException(message);
