using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>The condition of a list of webhooks; see <c>ListWebhooksRequest.filter</c>.</summary>
internal sealed class WebhookFilter
{
    private const int MaximumLength = 4_096;
    private readonly IReadOnlyList<FilterCondition> _conditions;

    private WebhookFilter(IReadOnlyList<FilterCondition> conditions) => _conditions = conditions;

    /// <summary>Whether every webhook passes.</summary>
    public bool IsEmpty => _conditions.Count == 0;

    /// <summary>Reads a filter; notes what is wrong with it, and where.</summary>
    public static WebhookFilter Read(string text, Violations violations)
    {
        if (text.EnumerateRunes().Count() > MaximumLength)
        {
            violations.Add("filter", "TOO_LONG", $"must have at most {MaximumLength} characters");
            return new([]);
        }

        var (conditions, fault) = new FilterParser(text).Parse();
        if (fault is not null)
        {
            violations.Add("filter", "FILTER_INVALID", fault);
        }

        return new(conditions);
    }

    public bool Matches(WebhookRecord webhook) => _conditions.All(c => c.Matches(webhook));
}
