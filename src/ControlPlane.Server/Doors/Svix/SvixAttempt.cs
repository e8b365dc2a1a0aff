using System.Globalization;
using System.Text.Json.Nodes;
using ControlPlane.V1;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Attempts as Svix shows them. The id of one is that of its delivery, <c>_</c> and its number.</summary>
internal static class SvixAttempt
{
    /// <summary>Svix's numbers of states.</summary>
    public const int Success = 0;
    public const int Pending = 1;
    public const int Fail = 2;
    public const int Sending = 3;
    public const int Canceled = 4;

    private static readonly string[] Texts = ["success", "pending", "fail", "sending", "canceled"];

    public static string Id(Delivery delivery, Attempt attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{delivery.Id}_{attempt.Number}");

    /// <summary>The delivery and the number in an id; null if it is none.</summary>
    public static (string DeliveryId, int Number)? ReadId(string id) =>
        id.LastIndexOf('_') is > 0 and var at && int.TryParse(id.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (id[..at], number)
            : null;

    public static bool Succeeded(Attempt attempt) => attempt.Failure == FailureKind.Unspecified;

    /// <summary>How a delivery stands.</summary>
    /// <param name="state">Its state here.</param>
    /// <param name="expanded">Whether the caller knows the state canceled, which is newer than others.</param>
    public static int StatusOf(DeliveryState state, bool expanded) => state switch
    {
        DeliveryState.Succeeded => Success,
        DeliveryState.Dead => Fail,
        DeliveryState.Cancelled => expanded ? Canceled : Fail,
        DeliveryState.Pending => Pending,
        _ => Sending,
    };

    /// <summary>Puts a state into an answer.</summary>
    public static void ShowStatus(JsonObject shown, int status)
    {
        shown["status"] = status;
        shown["statusText"] = Texts[status];
    }

    public static JsonObject Show(Delivery delivery, Attempt attempt, string url, bool withContent)
    {
        var response = attempt.ResponseExcerpt.Length > 0 ? attempt.ResponseExcerpt : attempt.FailureMessage;
        var shown = new JsonObject
        {
            ["url"] = url,
            ["response"] = withContent ? response : "{}",
            ["responseStatusCode"] = attempt.StatusCode,
            ["responseDurationMs"] = (long)attempt.Duration.ToTimeSpan().TotalMilliseconds,
        };
        ShowStatus(shown, Succeeded(attempt) ? Success : Fail);
        shown["triggerType"] = attempt.Trigger is DeliveryTrigger.Retry or DeliveryTrigger.Redrive or DeliveryTrigger.Test ? 1 : 0;
        shown["msgId"] = delivery.EventId;
        shown["endpointId"] = delivery.WebhookId;
        shown["id"] = Id(delivery, attempt);
        shown["timestamp"] = SvixText.Time(attempt.StartTime);
        return shown;
    }

    /// <summary>An endpoint that a message went to.</summary>
    public static JsonObject Show(Delivery delivery, Webhook webhook)
    {
        var shown = SvixEndpoint.ShowCommon(webhook);
        ShowStatus(shown, StatusOf(delivery.State, expanded: false));
        shown["nextAttempt"] = delivery.NextAttemptTime is { } next ? SvixText.Time(next) : null;
        return shown;
    }
}
