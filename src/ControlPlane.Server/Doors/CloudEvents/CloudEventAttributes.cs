using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.CloudEvents;

/// <summary>The context attributes of one event (CloudEvents 1.0, section 3.1), as they are collected and checked.</summary>
internal sealed class CloudEventAttributes(Violations violations)
{
    private const int LongestName = 20;
    private const string Version = "1.0";
    private static readonly string[] Required = ["id", "source", "specversion", "type"];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public string this[string name] => _values.GetValueOrDefault(name, "");

    /// <summary>The attributes that are none of these.</summary>
    public IEnumerable<KeyValuePair<string, string>> Except(params string[] names) => _values.Where(pair => !names.Contains(pair.Key));

    /// <summary>Notes an attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value in the text form that its type has.</param>
    public void Add(string name, string value)
    {
        if (name.Length is 0 or > LongestName || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c)))
        {
            violations.Add(name, "ATTRIBUTE_NAME_INVALID", $"must be 1 to {LongestName} lower-case letters and digits");
        }
        else if (!_values.TryAdd(name, value))
        {
            violations.Add(name, "FIELD_TWICE", "is there twice");
        }
    }

    /// <summary>Notes what is missing or cannot be.</summary>
    public void Check()
    {
        foreach (var name in Required.Where(name => this[name].Length == 0))
        {
            violations.Add(name, "REQUIRED", "must be set");
        }

        if (this["specversion"] is not ("" or Version))
        {
            violations.Add("specversion", "SPECVERSION_UNKNOWN", $"must be {Version}");
        }

        if (this["time"] is { Length: > 0 } time && Rfc3339.Read(time) is null)
        {
            violations.Add("time", "WRONG_TYPE", Rfc3339.Rule);
        }
    }
}
