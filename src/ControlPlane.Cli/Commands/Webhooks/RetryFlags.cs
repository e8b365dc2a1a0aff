using System.CommandLine;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Option = System.CommandLine.Option;

namespace ControlPlane.Cli.Commands.Webhooks;

/// <summary>
/// The flags of a retry policy. With <c>--retry</c> they make a whole policy; without it, each changes its own part.
/// </summary>
internal sealed class RetryFlags
{
    private readonly Option<RetryPolicy?> _backoff = Flags.Backoff(
        "--retry",
        $"When failed deliveries are tried again: {BackoffText.Expected}. An update replaces the whole policy by this and the flags below.");

    private readonly Option<int> _maxAttempts =
        new("--max-attempts") { Description = "How many attempts at most, the first included.", HelpName = "COUNT" };

    private readonly Option<double> _jitter =
        new("--jitter") { Description = "By what share delays vary at random, 0 to 1.", HelpName = "SHARE" };

    private readonly Option<int[]> _nonRetryable = new("--non-retryable-status")
    {
        Description = "An HTTP status that ends a delivery at once. Repeatable.",
        HelpName = "STATUS",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<TimeSpan?> _maxAge =
        Flags.Duration("--max-age", "An older delivery is not tried again.");

    public void AddTo(Command command)
    {
        Option[] all = [_backoff, _maxAttempts, _jitter, _nonRetryable, _maxAge];
        foreach (var option in all)
        {
            command.Add(option);
        }
    }

    /// <summary>Sets what the flags say; the answer is the paths that changed.</summary>
    public IEnumerable<string> Apply(Session session, Webhook webhook)
    {
        var policy = session.Get(_backoff)?.Clone() ?? new RetryPolicy();
        var paths = new List<string>();
        Set(_maxAttempts, "max_attempts", () => policy.MaxAttempts = session.Get(_maxAttempts));
        Set(_jitter, "jitter", () => policy.Jitter = session.Get(_jitter));
        Set(_nonRetryable, "non_retryable_statuses", () => policy.NonRetryableStatuses.Add(session.Get(_nonRetryable)));
        Set(_maxAge, "max_age", () => policy.MaxAge = Duration.FromTimeSpan(session.Get(_maxAge)!.Value));

        var whole = session.Given(_backoff);
        if (paths.Count > 0 || (whole && !policy.Equals(new RetryPolicy())))
        {
            webhook.RetryPolicy = policy;
        }

        return whole ? ["retry_policy"] : paths;

        void Set(Option option, string field, Action set)
        {
            if (session.Given(option))
            {
                set();
                paths.Add($"retry_policy.{field}");
            }
        }
    }
}
