using ControlPlane.Storage;

namespace ControlPlane.Server.Api.Errors;

/// <summary>Translates a failure into an error for the caller. Logs failures that were not expected.</summary>
internal sealed class FailureTranslator(TimeProvider clock, ILogger<FailureTranslator> logger)
{
    private static readonly TimeSpan StorageRetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FullRetryDelay = TimeSpan.FromSeconds(5);
    private readonly LogThrottle _throttle = new(clock);

    /// <summary>Returns the error for the caller.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="method">The method, for the log.</param>
    /// <param name="deadline">The call's deadline; <see cref="DateTime.MaxValue"/> for none.</param>
    /// <param name="callEnded">The call's token.</param>
    public RequestException Translate(Exception failure, string method, DateTime deadline, CancellationToken callEnded) => failure switch
    {
        RequestException known => known,
        OperationCanceledException or IOException when callEnded.IsCancellationRequested =>
            deadline <= clock.GetUtcNow().UtcDateTime ? RequestErrors.DeadlineExceeded() : RequestErrors.Cancelled(),
        StorageUnavailableException outage => StorageUnavailable(outage, method),
        StorageDamagedException => RequestErrors.StorageDamaged(),
        _ => Incident(failure, method),
    };

    private RequestException StorageUnavailable(StorageUnavailableException failure, string method)
    {
        // Thousands of callers can try again all the time, and the log may lie on the same full disk.
        if (_throttle.Count() is { } refused)
        {
            ErrorsLog.StorageUnavailable(logger, failure, method, refused);
        }

        return failure.NoRoom ? RequestErrors.StorageFull(FullRetryDelay) : RequestErrors.Unavailable(
            "STORAGE_UNAVAILABLE", "The store cannot take the request now; nothing was stored. Try again.", StorageRetryDelay);
    }

    private RequestException Incident(Exception failure, string method)
    {
        var id = Guid.NewGuid().ToString("N");
        ErrorsLog.Incident(logger, failure, method, id);
        return RequestErrors.Internal(id);
    }
}
