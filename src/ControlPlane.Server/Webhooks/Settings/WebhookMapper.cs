using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Webhooks.Dialects;
using ControlPlane.Server.Webhooks.Retries;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using HeadOfLine = ControlPlane.Storage.HeadOfLine;
using OnFilterError = ControlPlane.Storage.OnFilterError;
using SignatureAlgorithm = ControlPlane.Storage.SignatureAlgorithm;
using StateReason = ControlPlane.Storage.StateReason;
using WebhookState = ControlPlane.Storage.WebhookState;
using WhileInactive = ControlPlane.Storage.WhileInactive;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>Between a webhook of the API and of the store.</summary>
internal static class WebhookMapper
{
    /// <summary>A webhook as it is shown at a time, which decides the secrets that sign.</summary>
    public static Webhook ToProto(WebhookRecord record, DateTimeOffset now)
    {
        var webhook = Settings(record);
        webhook.Id = record.Id;
        webhook.Number = record.Number;
        webhook.Secrets.Add(WebhookSecrets.Signing(record.Secrets, now).Select(ToProto));
        webhook.Etag = Etag.Of(record.Version);
        webhook.CreateTime = record.CreateTime.ToTimestamp();
        webhook.UpdateTime = record.UpdateTime.ToTimestamp();
        return webhook;
    }

    /// <summary>What changes of a webhook, or what a new one is given.</summary>
    /// <param name="before">The webhook before; null if it is new.</param>
    /// <param name="after">The webhook after.</param>
    /// <param name="credentialsChanged">Whether other credentials are sent, which are not shown.</param>
    /// <param name="now">The current time, which decides the secrets that sign.</param>
    public static IReadOnlyList<Storage.AuditChange> Compare(WebhookRecord? before, WebhookRecord after, bool credentialsChanged, DateTimeOffset now)
    {
        var changes = FieldChanges.Between(before is null ? null : ToProto(before, now), ToProto(after, now));
        // What is sealed stays as it is until it is set again.
        var hasNewSecret = credentialsChanged && before?.Oauth2?.ClientSecret != after.Oauth2?.ClientSecret;
        if (hasNewSecret)
        {
            changes.Add(new("oauth2.client_secret", null, null));
        }

        if (credentialsChanged
            && (!hasNewSecret || before?.Headers.Any(header => after.Headers.GetValueOrDefault(header.Key) != header.Value) == true)
            && !changes.Exists(change => change.Field == "headers" || change.Field.StartsWith("client_certificate.", StringComparison.Ordinal)))
        {
            changes.Add(new("headers", null, null));
        }

        return changes;
    }

    /// <summary>A webhook that was not stored: without what storing gives it.</summary>
    public static Webhook ToPreview(WebhookRecord record) => Settings(record);

    /// <summary>The stored form of a webhook that <see cref="WebhookValidator"/> has passed.</summary>
    /// <param name="webhook">The settings. With <c>enabled</c> unset the state stays that of the basis.</param>
    /// <param name="basis">Everything that the webhook's owner does not set.</param>
    public static WebhookRecord ToRecord(Webhook webhook, WebhookRecord basis)
    {
        var (state, reason) = !webhook.HasEnabled ? (basis.State, basis.StateReason)
            : webhook.Enabled ? (WebhookState.Active, StateReason.None)
            : (WebhookState.Disabled, StateReason.User);
        return basis with
        {
            Name = webhook.Name,
            Url = webhook.Url,
            EventTypes = [.. webhook.EventTypes],
            Instances = [.. webhook.Instances],
            Dialect = webhook.Dialect,
            CustomDialect = webhook.CustomDialect is { } custom ? CustomDialectMapper.ToRecord(custom) : null,
            AdditionalDialect = webhook.AdditionalDialect,
            SignatureAlgorithm = (SignatureAlgorithm)webhook.SignatureAlgorithm,
            ClientCertificate = webhook.ClientCertificate is { } certificate ? CertificateMapper.ToRecord(certificate, basis.ClientCertificate) : null,
            Oauth2 = webhook.Oauth2 is { } client ? OAuth2Mapper.ToRecord(client, basis.Oauth2) : null,
            RetryPolicy = webhook.RetryPolicy is { } policy ? RetryPolicyMapper.ToRecord(policy) : null,
            Headers = HeaderCredentials.Keep(webhook.Headers, basis.Headers),
            SendTraceContext = webhook.SendTraceContext,
            Timeout = RetryPolicyMapper.ToTimeSpan(webhook.Timeout),
            MaxInFlight = webhook.MaxInFlight,
            MaxRatePerSecond = webhook.MaxRatePerSecond,
            HeadOfLine = webhook.HeadOfLine == V1.HeadOfLine.Unspecified ? HeadOfLine.Block : (HeadOfLine)webhook.HeadOfLine,
            WhileSuspended = (WhileInactive)webhook.WhileSuspended,
            WhileDisabled = (WhileInactive)webhook.WhileDisabled,
            Labels = new Dictionary<string, string>(webhook.Labels),
            Filter = webhook.Filter.Length > 0 ? webhook.Filter : null,
            OnFilterError = (OnFilterError)webhook.OnFilterError,
            MatchLabels = webhook.MatchLabels.Count > 0 ? new Dictionary<string, string>(webhook.MatchLabels) : null,
            Description = webhook.Description,
            ExternalId = webhook.ExternalId,
            State = state,
            StateReason = reason,
        };
    }

    /// <summary>What a new webhook of a tenant begins as.</summary>
    public static WebhookRecord Blank(string tenantId) =>
        new() { Id = "", TenantId = tenantId, Url = "", EventTypes = [], Dialect = "", Secrets = [] };

    private static Webhook Settings(WebhookRecord record) => new()
    {
        TenantId = record.TenantId,
        Name = record.Name,
        Url = record.Url,
        EventTypes = { record.EventTypes },
        Instances = { record.Instances },
        Enabled = record.State == WebhookState.Active,
        Dialect = record.Dialect,
        CustomDialect = record.CustomDialect is { } custom ? CustomDialectMapper.ToProto(custom) : null,
        AdditionalDialect = record.AdditionalDialect,
        SignatureAlgorithm = ToProto(record.SignatureAlgorithm),
        ClientCertificate = record.ClientCertificate is { } certificate ? CertificateMapper.ToProto(certificate) : null,
        Oauth2 = record.Oauth2 is { } client ? OAuth2Mapper.ToProto(client) : null,
        RetryPolicy = record.RetryPolicy is { } policy ? RetryPolicyMapper.ToProto(policy) : null,
        Headers = { HeaderCredentials.Show(record.Headers) },
        SendTraceContext = record.SendTraceContext,
        Timeout = RetryPolicyMapper.ToDuration(record.Timeout),
        MaxInFlight = record.MaxInFlight,
        MaxRatePerSecond = record.MaxRatePerSecond,
        HeadOfLine = (V1.HeadOfLine)record.HeadOfLine,
        WhileSuspended = record.WhileSuspended == WhileInactive.Skip ? V1.WhileInactive.Skip : V1.WhileInactive.Hold,
        WhileDisabled = record.WhileDisabled == WhileInactive.Hold ? V1.WhileInactive.Hold : V1.WhileInactive.Skip,
        Labels = { Map(record.Labels) },
        MatchLabels = { Map(record.MatchLabels) },
        Filter = record.Filter ?? "",
        OnFilterError = record.OnFilterError == OnFilterError.Skip ? V1.OnFilterError.Skip : V1.OnFilterError.Deliver,
        Description = record.Description,
        ExternalId = record.ExternalId,
        State = (V1.WebhookState)record.State,
        StateReason = (V1.StateReason)record.StateReason,
    };

    /// <summary>The algorithm as it is shown.</summary>
    public static V1.SignatureAlgorithm ToProto(SignatureAlgorithm algorithm) =>
        algorithm == SignatureAlgorithm.Ed25519 ? V1.SignatureAlgorithm.Ed25519 : V1.SignatureAlgorithm.Dialect;

    private static Dictionary<string, string> Map(IReadOnlyDictionary<string, string>? entries) => entries is null ? [] : new(entries);

    private static SecretInfo ToProto(SecretRecord secret) => new()
    {
        Id = secret.Id,
        Hint = secret.Hint,
        CreateTime = secret.CreateTime.ToTimestamp(),
        ExpireTime = secret.ExpireTime?.ToTimestamp(),
        Algorithm = secret.PublicKey is null ? V1.SignatureAlgorithm.Dialect : V1.SignatureAlgorithm.Ed25519,
        PublicKey = secret.PublicKey ?? "",
    };
}
