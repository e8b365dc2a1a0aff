using ControlPlane.Storage;
using ControlPlane.V1;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>Between a client of an authorization server of the API and of the store.</summary>
internal static class OAuth2Mapper
{
    /// <summary>As it is shown: without its secret.</summary>
    public static OAuth2ClientCredentials ToProto(OAuth2ClientRecord record) => new()
    {
        TokenUrl = record.TokenUrl,
        ClientId = record.ClientId,
        Scopes = { record.Scopes },
        Audience = record.Audience,
    };

    /// <summary>As it is stored, once its secret is sealed.</summary>
    /// <param name="client">One that was checked.</param>
    /// <param name="before">The one before, whose secret stays if there is no other.</param>
    public static OAuth2ClientRecord ToRecord(OAuth2ClientCredentials client, OAuth2ClientRecord? before) => new(
        client.TokenUrl,
        client.ClientId,
        client.ClientSecret.Length > 0 ? client.ClientSecret : before?.ClientSecret ?? "",
        [.. client.Scopes],
        client.Audience);
}
