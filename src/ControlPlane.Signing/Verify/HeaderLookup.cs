namespace ControlPlane.Signing;

/// <summary>Turns the usual collections of headers into a lookup by name.</summary>
internal static class HeaderLookup
{
    public static Func<string, string?> Of(IEnumerable<KeyValuePair<string, string>> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        return name => Join(Named(headers, name));
    }

    public static Func<string, string?> Of(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        return name => Join(Named(headers, name).SelectMany(values => values));
    }

    private static IEnumerable<T> Named<T>(IEnumerable<KeyValuePair<string, T>> headers, string name) =>
        headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value);

    // RFC 9110 section 5.3: repeated fields are one list.
    private static string? Join(IEnumerable<string> values) => values.Where(value => value is not null).ToArray() switch
    {
        [] => null,
        [var only] => only,
        var several => string.Join(", ", several),
    };
}
