namespace ControlPlane.Storage;

/// <summary>Where a delivery stands. Numbers equal those of <c>controlplane.v1.DeliveryState</c> and are stored.</summary>
public enum DeliveryState
{
    /// <summary>Accepted, held by no sender.</summary>
    Pending = 1,

    /// <summary>Leased to a sender.</summary>
    InFlight = 2,

    /// <summary>Failed at least once in this round; due again later.</summary>
    RetryScheduled = 3,

    /// <summary>The receiver answered 2xx.</summary>
    Succeeded = 4,

    /// <summary>Given up.</summary>
    Dead = 5,

    /// <summary>Stopped.</summary>
    Cancelled = 6,
}

/// <summary>Why a delivery ended. Numbers equal those of <c>controlplane.v1.EndReason</c> and are stored.</summary>
public enum EndReason
{
    None = 0,
    Delivered = 1,
    AttemptsExhausted = 2,
    NonRetryableStatus = 3,
    Gone = 4,
    Expired = 5,
    TestFailed = 6,
    CancelledByCaller = 7,
    WebhookDeleted = 8,

    /// <summary>The event does not fit the webhook's dialect, so nothing was sent.</summary>
    Unsendable = 9,

    /// <summary>The event was erased.</summary>
    Erased = 10,
}

/// <summary>What set an attempt going. Numbers equal those of <c>controlplane.v1.DeliveryTrigger</c> and are stored.</summary>
public enum DeliveryTrigger
{
    Publish = 1,
    Schedule = 2,
    Retry = 3,
    Test = 4,
    Redrive = 5,
}

/// <summary>How an attempt failed. Numbers equal those of <c>controlplane.v1.FailureKind</c> and are stored.</summary>
public enum FailureKind
{
    None = 0,
    Dns = 1,
    BlockedAddress = 2,
    Connect = 3,
    Tls = 4,
    Timeout = 5,
    HttpStatus = 6,
    Redirect = 7,
    Protocol = 8,
    ResponseTooLarge = 9,
    Unsendable = 10,
    Token = 11,
}

/// <summary>Whether a webhook receives events. Numbers equal those of <c>controlplane.v1.WebhookState</c> and are stored.</summary>
public enum WebhookState
{
    Active = 1,
    Disabled = 2,
    Suspended = 3,
}

/// <summary>Why a webhook is not active. Numbers equal those of <c>controlplane.v1.StateReason</c> and are stored.</summary>
public enum StateReason
{
    None = 0,
    User = 1,
    Gone = 2,
    Failing = 3,
    AddressBlocked = 4,
}

/// <summary>What a delivery with an ordering key does to the later ones of the key while it fails. Numbers equal those of
/// <c>controlplane.v1.HeadOfLine</c> and are stored.</summary>
public enum HeadOfLine
{
    /// <summary>They wait until it has ended.</summary>
    Block = 1,

    /// <summary>It steps aside until its next attempt is due; they go on meanwhile.</summary>
    Park = 2,
}

/// <summary>What becomes of events that match a webhook while it is not active. Numbers equal those of
/// <c>controlplane.v1.WhileInactive</c> and are stored.</summary>
public enum WhileInactive
{
    /// <summary>The default of the field.</summary>
    Default = 0,

    /// <summary>They create deliveries, which wait until the webhook is active.</summary>
    Hold = 1,

    /// <summary>They create no deliveries for it.</summary>
    Skip = 2,
}

/// <summary>What becomes of an event for which a webhook's filter cannot be evaluated. Numbers equal those of
/// <c>controlplane.v1.OnFilterError</c> and are stored.</summary>
public enum OnFilterError
{
    /// <summary>The default of the field.</summary>
    Default = 0,

    /// <summary>It is delivered.</summary>
    Deliver = 1,

    /// <summary>It is not delivered.</summary>
    Skip = 2,
}

/// <summary>What signatures are made with. Numbers equal those of <c>controlplane.v1.SignatureAlgorithm</c> and are stored.</summary>
public enum SignatureAlgorithm
{
    /// <summary>The default of the field.</summary>
    Default = 0,

    /// <summary>What the dialect has, with a secret that server and receiver share.</summary>
    Dialect = 1,

    /// <summary>Ed25519.</summary>
    Ed25519 = 2,
}

/// <summary>Where a redrive stands. Numbers equal those of <c>controlplane.v1.RedriveState</c> and are stored.</summary>
public enum RedriveState
{
    Running = 1,
    Done = 2,
    Cancelled = 3,
}

/// <summary>What somebody who changed something is known by. Part of the stored format.</summary>
public enum AuditActorKind
{
    /// <summary>The server did it by itself.</summary>
    Server = 0,
    ApiKey = 1,
    PortalSession = 2,
    Jwt = 3,
}

/// <summary>What became of a resource. Part of the stored format.</summary>
public enum AuditAction
{
    Created = 1,
    Updated = 2,
    Deleted = 3,
    Revoked = 4,
    Retried = 5,
    Cancelled = 6,
    Suspended = 7,
    Erased = 8,
}
