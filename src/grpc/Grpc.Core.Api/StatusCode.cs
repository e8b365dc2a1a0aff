namespace Grpc.Core;

/// <summary>
/// The canonical result codes of a call. The numbers travel in the <c>grpc-status</c> trailer and are the same in every language.
/// </summary>
public enum StatusCode
{
    /// <summary>The call succeeded.</summary>
    OK = 0,

    /// <summary>The call was cancelled, usually by its caller.</summary>
    Cancelled = 1,

    /// <summary>The failure has no known category, for instance an exception that nothing translated.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever state the system is in.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call finished. The work may still have been done.</summary>
    DeadlineExceeded = 4,

    /// <summary>The addressed entity does not exist.</summary>
    NotFound = 5,

    /// <summary>The entity to be created exists already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota, a size limit or another resource is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state the call needs; retrying does not help until that state is fixed.</summary>
    FailedPrecondition = 9,

    /// <summary>A concurrent change got in the way; the caller should retry from a fresh read.</summary>
    Aborted = 10,

    /// <summary>The call reaches past the valid range, which may change as the system's state does.</summary>
    OutOfRange = 11,

    /// <summary>The method does not exist or is not offered here.</summary>
    Unimplemented = 12,

    /// <summary>An invariant of the system is broken.</summary>
    Internal = 13,

    /// <summary>The service cannot be reached at the moment; retrying with a backoff may help.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or corrupt beyond recovery.</summary>
    DataLoss = 15,

    /// <summary>The caller did not prove who it is.</summary>
    Unauthenticated = 16,
}
