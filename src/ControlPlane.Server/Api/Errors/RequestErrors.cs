using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Server.Api.Errors;

/// <summary>Creates the errors of requests.</summary>
internal static class RequestErrors
{
    /// <summary>No such resource, or one of another tenant: the caller cannot tell which.</summary>
    public static RequestException NotFound(string resourceType, string id) => new(
        StatusCode.NotFound,
        "NOT_FOUND",
        $"There is no {resourceType} \"{ErrorText.Shorten(id)}\".",
        new ResourceInfo { ResourceType = resourceType, ResourceName = ErrorText.Shorten(id) });

    public static RequestException AlreadyExists(string reason, string resourceType, string id, string message) => new(
        StatusCode.AlreadyExists,
        reason,
        message,
        new ResourceInfo { ResourceType = resourceType, ResourceName = ErrorText.Shorten(id) });

    public static RequestException EtagMismatch(string resourceType, string id) => new(
        StatusCode.Aborted,
        "ETAG_MISMATCH",
        $"The {resourceType} \"{id}\" was changed since the etag was read. Read it again and repeat the change.",
        new ResourceInfo { ResourceType = resourceType, ResourceName = id });

    public static RequestException FailedPrecondition(string reason, string subject, string message) => new(
        StatusCode.FailedPrecondition,
        reason,
        message,
        new PreconditionFailure
        {
            Violations = { new PreconditionFailure.Types.Violation { Type = reason, Subject = subject, Description = message } },
        });

    public static RequestException Unauthenticated(string reason, string message) => new(StatusCode.Unauthenticated, reason, message);

    public static RequestException PermissionDenied(string reason, string message) => new(StatusCode.PermissionDenied, reason, message);

    /// <summary>The tenant's plan lacks a feature.</summary>
    public static RequestException SubscriptionRequired(string tenantId, string feature) => new(
        StatusCode.PermissionDenied,
        "SUBSCRIPTION_REQUIRED",
        $"The plan of the tenant \"{tenantId}\" does not have the feature \"{feature}\".")
    {
        Metadata = new Dictionary<string, string> { ["feature"] = feature, ["tenant_id"] = tenantId },
    };

    /// <summary>The tenant has used up a quota. With a delay if the quota refills by itself.</summary>
    public static RequestException QuotaExceeded(string reason, string tenantId, string message, TimeSpan? retryAfter = null)
    {
        var quota = new QuotaFailure
        {
            Violations = { new QuotaFailure.Types.Violation { Subject = $"tenant:{tenantId}", Description = message } },
        };
        return retryAfter is { } delay
            ? new(StatusCode.ResourceExhausted, reason, message, quota, new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) })
            : new(StatusCode.ResourceExhausted, reason, message, quota);
    }

    /// <summary>The key lacks a scope.</summary>
    public static RequestException ScopeMissing(string scope) =>
        new(StatusCode.PermissionDenied, "SCOPE_MISSING", $"The API key does not have the scope \"{scope}\", which this call needs.")
        {
            Metadata = new Dictionary<string, string> { ["scope"] = scope },
        };

    /// <summary>The key grants a scope that it does not have itself.</summary>
    public static RequestException ScopeNotHeld(string scope) =>
        new(StatusCode.PermissionDenied, "SCOPE_NOT_HELD", $"The API key does not have the scope \"{scope}\", so it cannot give it.")
        {
            Metadata = new Dictionary<string, string> { ["scope"] = scope },
        };

    public static RequestException OutOfRange(string reason, string message) => new(StatusCode.OutOfRange, reason, message);

    public static RequestException Aborted(string reason, string message) => new(StatusCode.Aborted, reason, message);

    /// <summary>The server cannot do it now; nothing was done.</summary>
    public static RequestException Unavailable(string reason, string message, TimeSpan retryAfter) => new(
        StatusCode.Unavailable, reason, message, new RetryInfo { RetryDelay = Duration.FromTimeSpan(retryAfter) });

    /// <summary>The disk is full; nothing was stored.</summary>
    public static RequestException StorageFull(TimeSpan retryAfter) => new(
        StatusCode.ResourceExhausted,
        "STORAGE_FULL",
        "The store has no room for the request; nothing was stored. Try again later.",
        new RetryInfo { RetryDelay = Duration.FromTimeSpan(retryAfter) });

    /// <summary>The store is damaged; nothing was stored.</summary>
    public static RequestException StorageDamaged() => new(
        StatusCode.DataLoss, "STORAGE_DAMAGED", "The store is damaged and takes no more requests until its operator restores a backup.");

    /// <summary>What was sent cannot be read.</summary>
    public static RequestException MessageMalformed(string method) => new(
        StatusCode.InvalidArgument, "MESSAGE_MALFORMED", $"What was sent is not a well-formed message of {method}.");

    /// <summary>What was sent is no JSON object.</summary>
    public static RequestException NotJson(string method, long? line, long? position) => new(
        StatusCode.InvalidArgument,
        "MESSAGE_MALFORMED",
        $"What was sent to {method} is not an object of well-formed JSON{(line is null ? "" : $" (line {line}, byte {position})")}.");

    /// <summary>The address exists, but not for this HTTP method.</summary>
    public static RequestException MethodNotTaken(string method, string path, string taken) => new(
        StatusCode.Unimplemented, "METHOD_NOT_TAKEN", $"{ErrorText.Shorten(path)} does not take {method}, but {taken}.");

    /// <summary>What comes before a message cannot be; INTERNAL is what gRPC has for that.</summary>
    public static RequestException FramingBroken(string method) => new(
        StatusCode.Internal, "FRAMING_BROKEN", $"What was sent to {method} is not framed as gRPC frames messages.");

    /// <summary>What was sent compressed is not of that compression; INTERNAL is what gRPC has for that.</summary>
    public static RequestException NotUnpacked() => new(
        StatusCode.Internal, "MESSAGE_NOT_UNPACKED", "The message is not compressed as its call says.");

    /// <summary>The message is larger than any may be.</summary>
    public static RequestException MessageTooLarge(string method, int limit) => new(
        StatusCode.ResourceExhausted, "MESSAGE_TOO_LARGE", $"A message to {method} may have at most {limit} bytes.");

    /// <summary>The body is of a kind that its address does not take.</summary>
    public static RequestException ContentTypeNotTaken(string wanted) => new(
        StatusCode.InvalidArgument, "CONTENT_TYPE_NOT_TAKEN", $"The body has to be {wanted}, as it is and not compressed.");

    /// <summary>The body is not what HTTP calls one.</summary>
    public static RequestException BodyBroken() =>
        new(StatusCode.InvalidArgument, "BODY_BROKEN", "The body of the request is not framed as HTTP frames bodies.");

    /// <summary>The body stopped arriving.</summary>
    public static RequestException TooSlow() =>
        new(StatusCode.DeadlineExceeded, "REQUEST_TOO_SLOW", "The body of the request arrived too slowly.");

    /// <summary>There is nothing at this address.</summary>
    public static RequestException NoRoute(string method, string path) => new(
        StatusCode.NotFound, "NO_ROUTE", $"There is nothing at {method} {ErrorText.Shorten(path)}.");

    /// <summary>Too much has begun to arrive and is not finished; the message was not read.</summary>
    public static RequestException TooMuchUnfinished(TimeSpan retryAfter) => new(
        StatusCode.ResourceExhausted,
        "TOO_MUCH_UNFINISHED",
        "Too many messages are on their way from this connection, with this key or to this server. Finish some, then try again.",
        new RetryInfo { RetryDelay = Duration.FromTimeSpan(retryAfter) });

    public static RequestException TooMuchUnread(TimeSpan retryAfter) => new(
        StatusCode.ResourceExhausted,
        "TOO_MUCH_UNREAD",
        "Too many answers wait to be read on this connection, of this tenant or of this server. Read some, then try again.",
        new RetryInfo { RetryDelay = Duration.FromTimeSpan(retryAfter) });

    public static RequestException Cancelled() => new(StatusCode.Cancelled, "CANCELLED", "The caller cancelled the call.");

    public static RequestException DeadlineExceeded() =>
        new(StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED", "The call's deadline passed before it was done.");

    /// <summary>An unexpected failure. It is logged under the id of the incident.</summary>
    public static RequestException Internal(string incidentId) =>
        new(StatusCode.Internal, "INTERNAL", $"An unexpected failure, logged as incident {incidentId}.")
        {
            Metadata = new Dictionary<string, string> { ["incident_id"] = incidentId },
        };
}
