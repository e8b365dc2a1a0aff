using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Filtering;

/// <summary>Checks filters that callers write.</summary>
internal static class FilterRules
{
    /// <summary>Notes each fault of a filter with its position; empty passes.</summary>
    public static void Check(Violations violations, string field, string filter)
    {
        if (filter.Length == 0)
        {
            return;
        }

        foreach (var fault in EventFilter.Compile(filter).Faults)
        {
            violations.Add(field, "FILTER_INVALID", $"line {fault.Line}, column {fault.Column}: {fault.Message}");
        }
    }
}
