using System.Security.Authentication;

namespace ControlPlane.Egress.Trust;

/// <summary>Carries out of the certificate callback what is wrong with the certificate.</summary>
internal sealed class CertificateRefusedException(string message) : AuthenticationException(message);
