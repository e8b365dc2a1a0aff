namespace ControlPlane.Storage.Transitions;

/// <summary>Which labels of an event suit a webhook.</summary>
public static class LabelRules
{
    /// <summary>Returns whether, for each key that is wanted, the label of that key lists one of the wanted values. Values are separated
    /// by commas and compared character by character.</summary>
    public static bool Match(IReadOnlyDictionary<string, string>? wanted, IReadOnlyDictionary<string, string>? labels) =>
        FirstUnmet(wanted, labels) is null;

    /// <summary>Returns the first key in alphabetical order whose label lists none of the wanted values, or null if there is none.</summary>
    public static string? FirstUnmet(IReadOnlyDictionary<string, string>? wanted, IReadOnlyDictionary<string, string>? labels)
    {
        string? unmet = null;
        if (wanted is null)
        {
            return unmet;
        }

        foreach (var (key, values) in wanted)
        {
            if ((labels is null || !labels.TryGetValue(key, out var has) || !Share(values, has))
                && (unmet is null || string.CompareOrdinal(key, unmet) < 0))
            {
                unmet = key;
            }
        }

        return unmet;
    }

    private static bool Share(ReadOnlySpan<char> wanted, ReadOnlySpan<char> has)
    {
        foreach (var one in wanted.Split(','))
        {
            foreach (var other in has.Split(','))
            {
                if (wanted[one].SequenceEqual(has[other]))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
