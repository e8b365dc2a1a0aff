using Google.Protobuf.Reflection;

namespace ControlPlane.Cli.Values;

/// <summary>Values of the contract's enums in the words of people: <c>retry-scheduled</c> for <c>RETRY_SCHEDULED</c>.</summary>
internal static class EnumText
{
    public static string Format<T>(T value)
        where T : struct, Enum
    {
        var name = OriginalName(value);
        return name is null ? Convert.ToInt32(value, null).ToString(null, null) : name.ToLowerInvariant().Replace('_', '-');
    }

    /// <summary>Reads a value in any case, with <c>-</c> or <c>_</c>. The zero value cannot be named.</summary>
    public static bool TryParse<T>(string? text, out T value)
        where T : struct, Enum
    {
        foreach (var candidate in Enum.GetValues<T>())
        {
            if (Convert.ToInt32(candidate, null) != 0 && Format(candidate) == text?.Trim().ToLowerInvariant().Replace('_', '-'))
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }

    public static string Expected<T>()
        where T : struct, Enum =>
        string.Join(", ", Enum.GetValues<T>().Where(v => Convert.ToInt32(v, null) != 0).Select(Format));

    private static string? OriginalName<T>(T value)
        where T : struct, Enum
    {
        var field = typeof(T).GetField(value.ToString());
        var name = field?.GetCustomAttributes(typeof(OriginalNameAttribute), false) is [OriginalNameAttribute original] ? original.Name : null;
        return name?[Prefix<T>().Length..];
    }

    // The wire names carry the enum's own name: DELIVERY_STATE_DEAD.
    private static string Prefix<T>() =>
        string.Concat(typeof(T).Name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}")) + "_";
}
