namespace ControlPlane.Storage;

/// <summary>A registered endpoint.</summary>
public sealed record WebhookRecord
{
    public required string Id { get; init; }
    public required string TenantId { get; init; }
    public required string Url { get; init; }
    public required IReadOnlyList<string> EventTypes { get; init; }

    /// <summary>The name of a built-in dialect; empty exactly if there is a custom one.</summary>
    public required string Dialect { get; init; }

    public CustomDialectRecord? CustomDialect { get; init; }

    /// <summary>The name of the built-in dialect whose headers are added; empty for none.</summary>
    public string AdditionalDialect { get; init; } = "";

    public string Name { get; init; } = "";
    public string Description { get; init; } = "";

    /// <summary>The caller's own id, unique among the tenant's webhooks; empty if it has none.</summary>
    public string ExternalId { get; init; } = "";

    /// <summary>Empty means every instance.</summary>
    public IReadOnlyList<string> Instances { get; init; } = [];

    /// <summary>The labels that an event must have, see <see cref="Transitions.LabelRules"/>. Null and empty mean any.</summary>
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }

    /// <summary>The expression that an event must make true; null for none.</summary>
    public string? Filter { get; init; }

    /// <summary>What becomes of an event for which the filter cannot be evaluated; the default is to deliver it.</summary>
    public OnFilterError OnFilterError { get; init; }

    /// <summary>What its newest secret signs with; the default is what the dialect has.</summary>
    public SignatureAlgorithm SignatureAlgorithm { get; init; }

    /// <summary>What is presented to receivers in TLS handshakes; null for nothing.</summary>
    public ClientCertificateRecord? ClientCertificate { get; init; }

    /// <summary>With what access tokens for its requests are fetched; null for none.</summary>
    public OAuth2ClientRecord? Oauth2 { get; init; }

    /// <summary>Whether its requests carry the trace that the event belongs to.</summary>
    public bool SendTraceContext { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = Empty;
    public IReadOnlyDictionary<string, string> Labels { get; init; } = Empty;

    /// <summary>Null means the standard preset.</summary>
    public RetryPolicyRecord? RetryPolicy { get; init; }

    /// <summary>Null means the server's default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>0 means the server's default.</summary>
    public int MaxInFlight { get; init; }

    /// <summary>0 means no limit.</summary>
    public double MaxRatePerSecond { get; init; }

    public HeadOfLine HeadOfLine { get; init; } = HeadOfLine.Block;

    public WebhookState State { get; init; } = WebhookState.Active;
    public StateReason StateReason { get; init; }

    /// <summary>What becomes of matching events while it is suspended; the default is to hold them.</summary>
    public WhileInactive WhileSuspended { get; init; }

    /// <summary>What becomes of matching events while it is disabled; the default is to skip them.</summary>
    public WhileInactive WhileDisabled { get; init; }

    /// <summary>Since when every attempt failed; null while the last one succeeded. Not part of the configuration: changing it
    /// changes neither <see cref="Version"/> nor the tenant's configuration version.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<SecretRecord> Secrets { get; init; }

    /// <summary>1, 2, 3, ... among the tenant's webhooks in order of creation, given by the store and never given twice; 0 before that.</summary>
    public long Number { get; init; }

    /// <summary>Grows by one with every change; 1 at creation. The etag.</summary>
    public long Version { get; init; } = 1;

    /// <summary>The id of the request that created it; empty if there was none.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>Hash of what that request asked for.</summary>
    public string RequestFingerprint { get; init; } = "";

    public DateTimeOffset CreateTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }

    private static readonly Dictionary<string, string> Empty = [];

    /// <summary>Returns whether matching events create deliveries for it now.</summary>
    public bool TakesEvents() => State switch
    {
        WebhookState.Active => true,
        WebhookState.Suspended => WhileSuspended != WhileInactive.Skip,
        _ => WhileDisabled == WhileInactive.Hold,
    };
}

/// <summary>A signing secret at rest.</summary>
/// <param name="Id"><c>sec_</c> and a ULID.</param>
/// <param name="Hint">The masked form that may be shown.</param>
/// <param name="Sealed">The secret, encrypted under the master key.</param>
/// <param name="CreateTime">When it was set.</param>
/// <param name="ExpireTime">When it stops signing; null for the current one.</param>
/// <param name="PublicKey">With Ed25519 the public key; null for a secret that the receiver shares.</param>
public sealed record SecretRecord(
    string Id, string Hint, byte[] Sealed, DateTimeOffset CreateTime, DateTimeOffset? ExpireTime, string? PublicKey = null);

/// <summary>A client certificate at rest.</summary>
/// <param name="Chain">The certificate and those that issued it, in PEM.</param>
/// <param name="Key">Its private key in PEM, encrypted under the master key.</param>
/// <param name="Certificates">What the certificates say, in their order.</param>
public sealed record ClientCertificateRecord(string Chain, string Key, IReadOnlyList<CertificateRecord> Certificates);

/// <summary>What a certificate says.</summary>
/// <param name="Subject">Whom it is for.</param>
/// <param name="Issuer">Who issued it.</param>
/// <param name="SerialNumber">In hexadecimal.</param>
/// <param name="NotBefore">When it begins to be valid.</param>
/// <param name="NotAfter">When it ends to be valid.</param>
public sealed record CertificateRecord(string Subject, string Issuer, string SerialNumber, DateTimeOffset NotBefore, DateTimeOffset NotAfter);

/// <summary>A client of an authorization server at rest.</summary>
/// <param name="TokenUrl">Where it gets tokens.</param>
/// <param name="ClientId">Who it is.</param>
/// <param name="ClientSecret">Its secret, encrypted under the master key.</param>
/// <param name="Scopes">What it asks access for.</param>
/// <param name="Audience">For whom its tokens are to be; empty to leave that out.</param>
public sealed record OAuth2ClientRecord(string TokenUrl, string ClientId, string ClientSecret, IReadOnlyList<string> Scopes, string Audience);
