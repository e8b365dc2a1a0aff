using System.ComponentModel.DataAnnotations;

namespace ControlPlane.Server.Maintenance;

/// <summary>Settings of <c>ControlPlane:Retention</c>: how long what has ended is kept. What is unfinished is always kept.</summary>
internal sealed class RetentionOptions : IValidatableObject
{
    /// <summary>The most rows that a commit removes.</summary>
    public const int LargestBatch = 10_000;

    /// <summary>How long payloads are kept, counted from the publish. Without its payload an event cannot be sent once more.</summary>
    /// <value>Default: 7 days; at least a second, and not longer than <see cref="Metadata"/>.</value>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan Payloads { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long deliveries with their attempts are kept after they ended, and events after their publish. For so long event ids
    /// and idempotency keys are remembered and resume tokens of watches hold.
    /// </summary>
    /// <value>Default: 30 days; at least a second.</value>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan Metadata { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long entries of the audit log are kept.</summary>
    /// <value>Default: 400 days; at least a second.</value>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan Audit { get; set; } = TimeSpan.FromDays(400);

    /// <summary>How many dead letters of each webhook are kept however old they are, with event and payload: the last ones published.</summary>
    /// <value>Default: 1,000.</value>
    [Range(0, 1_000_000)]
    public int DeadLettersPerWebhook { get; set; } = 1_000;

    /// <summary>How long to wait from the end of one pass over the store to the next.</summary>
    /// <value>Default: 10 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many rows one commit removes at most: as long as passes keep up with what expires, and up to eight times as many when
    /// they do not.</summary>
    /// <value>Default: 50, which takes the writer about half a millisecond.</value>
    [Range(1, LargestBatch)]
    public int Batch { get; set; } = 50;

    /// <summary>
    /// How long to wait after each of these commits, and at least for as long as it took. A pass that lasts longer than ten minutes
    /// waits less and less, down to an eighth of this after 70 minutes.
    /// </summary>
    /// <value>
    /// Default: 40 ms, with which about 1,200 rows a second are removed, three for each event with one delivery, where a commit is quick; more
    /// by a pass that lasts long, and by those that follow one that did not keep up.
    /// </value>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(40);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Payloads > Metadata)
        {
            yield return new ValidationResult(
                $"Payloads cannot be kept longer ({Payloads:c}) than the events they belong to (Metadata, {Metadata:c}).", [nameof(Payloads)]);
        }
    }
}
