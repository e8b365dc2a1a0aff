using ControlPlane.Functional.Tests.EveryRpc;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Functional.Tests.BadInput.Limits;

/// <summary>Requests that the server answers with OK, into which one field after the other is put.</summary>
internal static class RightRequests
{
    private static int _made;

    /// <summary>A client certificate that signs itself.</summary>
    public static ClientCertificate Certificate { get; } = MakeCertificate();

    /// <summary>A request about a tenant's resources.</summary>
    public static IMessage Of(RpcMethod method, Furnished furnished)
    {
        var request = furnished.Filler.Fill(method.Input);
        switch (request)
        {
            case CreateTenantRequest create:
                create.Tenant.Id = "";
                break;
            case GetTenantRequest get:
                // One excludes the other.
                get.TenantId = "";
                break;
            case CreateEventTypeRequest create:
                create.EventType.Name = $"made.{Interlocked.Increment(ref _made)}";
                break;
        }

        return request;
    }

    /// <summary>A part of a request, right in itself.</summary>
    public static IMessage Make(MessageDescriptor type, Furnished furnished) => Special(type.ClrType) ?? furnished.Filler.Fill(type);

    private static ClientCertificate MakeCertificate()
    {
        using var made = TestAuthority.SelfSigned("client.example.com");
        return new() { CertificateChain = made.ExportCertificatePem() + "\n", PrivateKey = TestAuthority.KeyPem(made) + "\n" };
    }

    private static IMessage? Special(System.Type type) =>
        type == typeof(CustomDialect) ? new CustomDialect { Headers = { new CustomDialect.Types.Header { Name = "x-signature", Value = "{sig}" } }, SignedContent = "{body}" }
        : type == typeof(CustomDialect.Types.Header) ? new CustomDialect.Types.Header { Name = "x-signature", Value = "{sig}" }
        : type == typeof(ClientCertificate) ? Certificate.Clone()
        : type == typeof(OAuth2ClientCredentials) ? new OAuth2ClientCredentials { TokenUrl = "https://auth.example.com/token", ClientId = "id", ClientSecret = "secret" }
        : type == typeof(RetryPolicy) ? new RetryPolicy { Fixed = new() { Delay = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) } }
        : type == typeof(PreviewRequestRequest.Types.Inline) ? new PreviewRequestRequest.Types.Inline { Secret = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY" }
        : type.Namespace == typeof(Webhook).Namespace && type.DeclaringType is not null && type != typeof(ExplainDeliveryRequest.Types.Pair)
            ? (IMessage)Activator.CreateInstance(type)!
            : null;
}
