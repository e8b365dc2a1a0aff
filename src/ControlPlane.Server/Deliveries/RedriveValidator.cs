using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Deliveries.Listing;
using ControlPlane.V1;

namespace ControlPlane.Server.Deliveries;

/// <summary>Reads what a redrive is asked to take, and how fast.</summary>
internal static class RedriveValidator
{
    private const double DefaultRate = 100;
    private const double SlowestRate = 0.1;
    private const double FastestRate = 1000;

    /// <summary>The filter of a list, over states that are ends; dead letters if it names none.</summary>
    public static Storage.DeliveryFilter CheckFilter(RedriveDeliveriesRequest request, Violations violations)
    {
        var filter = DeliveryFilterValidator.Check(request, violations);
        for (var i = 0; i < request.States.Count; i++)
        {
            if (request.States[i] is DeliveryState.Pending or DeliveryState.InFlight or DeliveryState.RetryScheduled)
            {
                violations.Add($"states[{i}]", "STATE_NOT_ENDED", "must be SUCCEEDED, DEAD or CANCELLED: others are still on their way");
            }
        }

        return filter.States.Count > 0 ? filter : filter with { States = [Storage.DeliveryState.Dead] };
    }

    public static double CheckRate(string field, double rate, Violations violations)
    {
        // Written so that NaN is refused.
        if (rate is not (0 or (>= SlowestRate and <= FastestRate)))
        {
            violations.Add(field, "OUT_OF_RANGE", "must be 0.1 to 1000, or 0 for the default");
        }

        return rate == 0 ? DefaultRate : rate;
    }
}
