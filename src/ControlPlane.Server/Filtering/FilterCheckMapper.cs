using ControlPlane.Storage;
using ControlPlane.V1;
using OnFilterError = ControlPlane.Storage.OnFilterError;

namespace ControlPlane.Server.Filtering;

/// <summary>What a webhook's filter says of an event, as the API shows it.</summary>
internal static class FilterCheckMapper
{
    /// <summary>Judges an event by a webhook that has a filter.</summary>
    public static MatchCheck ToProto(WebhookRecord webhook, FilterInput input)
    {
        var verdict = Filters.Judge(webhook.Filter!, input);
        return new()
        {
            Condition = MatchCondition.Filter,
            Met = verdict.Matches ?? webhook.OnFilterError != OnFilterError.Skip,
            Detail = verdict.Matches is null
                ? $"The filter fails, and the webhook {(webhook.OnFilterError == OnFilterError.Skip ? "skips" : "gets")} such events: {verdict.Detail}"
                : $"The filter: {verdict.Detail}",
        };
    }
}
