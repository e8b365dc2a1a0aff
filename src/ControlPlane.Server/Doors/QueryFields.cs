using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors;

/// <summary>The fields that the query of a request has.</summary>
internal sealed class QueryFields
{
    private readonly IQueryCollection _query;
    private readonly Violations _violations;

    private QueryFields(IQueryCollection query, Violations violations) => (_query, _violations) = (query, violations);

    /// <summary>Reads a query; notes what is not known, or there twice.</summary>
    public static QueryFields Read(HttpRequest request, Violations violations, params ReadOnlySpan<string> known)
    {
        foreach (var (name, values) in request.Query)
        {
            if (!known.Contains(name))
            {
                violations.Add(name, "UNKNOWN_FIELD", "is not a field that the query of this call can have");
            }
            else if (values.Count != 1)
            {
                violations.Add(name, "FIELD_TWICE", "is there twice");
            }
        }

        return new(request.Query, violations);
    }

    /// <summary>A field; empty if it is not there.</summary>
    public string Text(string name) => _query.TryGetValue(name, out var values) ? values[0] ?? "" : "";

    /// <summary>A whole number of a range; null if it is not there.</summary>
    public int? Integer(string name, int least, int most)
    {
        if (Text(name) is not { Length: > 0 } text)
        {
            return null;
        }

        if (int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        _violations.Add(name, "OUT_OF_RANGE", $"must be a whole number of {least} to {most}");
        return null;
    }
}
