using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Which attempts a list is to have. Times are those of the message's arrival at its endpoint's queue.</summary>
internal sealed class SvixAttemptQuery
{
    private int? _status;
    private int? _statusCodeClass;
    private IReadOnlyList<string> _types = [];
    private DateTimeOffset? _before;
    private DateTimeOffset? _after;

    public int Limit { get; private init; }

    public string Iterator { get; private init; } = "";

    public bool WithContent { get; private init; }

    /// <summary>The channel that their messages are to be in; null for any.</summary>
    public string? Channel { get; private init; }

    public static SvixAttemptQuery Read(SvixCall call)
    {
        var query = call.Query;
        // An attempt has succeeded or failed in either case.
        query.Flag("expanded_statuses");
        var status = query.Number("status", SvixAttempt.Success, SvixAttempt.Canceled);
        var statusCodeClass = query.Number("status_code_class", 0, 500);
        if (statusCodeClass % 100 > 0)
        {
            query.Refuse("status_code_class", "UNKNOWN_VALUE", "must be 0, 100, 200, 300, 400 or 500");
        }

        return new()
        {
            Limit = query.Limit(),
            Iterator = query.Iterator(),
            Channel = query.Text("channel"),
            WithContent = query.Flag("with_content", otherwise: true),
            _status = status,
            _statusCodeClass = statusCodeClass,
            _types = query.EventTypes(),
            _before = query.Time("before"),
            _after = query.Time("after"),
        };
    }

    /// <summary>The request for the deliveries that can have such attempts.</summary>
    public ListDeliveriesRequest Request(string tenantId) => new()
    {
        TenantId = tenantId,
        EventTypes = { _types },
        CreatedAfter = _after?.ToTimestamp(),
        CreatedBefore = _before?.ToTimestamp(),
    };

    public bool Accepts(Attempt attempt) =>
        (_status is null || _status == (SvixAttempt.Succeeded(attempt) ? SvixAttempt.Success : SvixAttempt.Fail))
        && (_statusCodeClass is null || _statusCodeClass == attempt.StatusCode / 100 * 100);
}
