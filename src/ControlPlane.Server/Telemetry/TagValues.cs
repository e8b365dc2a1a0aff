using System.Collections.Frozen;
using System.Text.Json;

namespace ControlPlane.Server.Telemetry;

/// <summary>Enum values as tags: in lower case, with underscores between words.</summary>
internal static class TagValues
{
    public static string Of<T>(T value)
        where T : struct, Enum => Table<T>.Texts[value];

    private static class Table<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> Texts = Enum.GetValues<T>()
            .ToFrozenDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));
    }
}
