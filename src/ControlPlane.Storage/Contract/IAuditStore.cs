namespace ControlPlane.Storage;

/// <summary>
/// The audit log. What changes something takes its entry and stores it in the same commit, exactly if it does change something; an entry
/// is changed by nothing, and goes with retention alone.
/// </summary>
public interface IAuditStore
{
    /// <summary>Lists entries, newest first. Looks at a bounded number per call: a filter that few match can give short and empty pages.</summary>
    Task<Page<AuditRecord>> ListAsync(AuditQuery query, CancellationToken cancellationToken);
}
