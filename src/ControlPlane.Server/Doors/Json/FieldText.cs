using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Doors.Json;

/// <summary>Values of fields that are written as text: in strings of JSON, and in queries.</summary>
internal static class FieldText
{
    private const NumberStyles Integer = NumberStyles.AllowLeadingSign;

    /// <summary>Whether JSON has a string for a message.</summary>
    public static bool IsText(MessageDescriptor type) =>
        type.FullName == Timestamp.Descriptor.FullName
        || type.FullName == Duration.Descriptor.FullName
        || type.FullName == FieldMask.Descriptor.FullName;

    /// <summary>Whether a text is a value of a field, or of an entry of one.</summary>
    public static bool IsRight(FieldDescriptor field, string text) => field.FieldType switch
    {
        FieldType.String => true,
        FieldType.Bytes => IsBase64(text),
        FieldType.Bool => text is "true" or "false",
        FieldType.Enum => field.EnumType.FindValueByName(text) is not null
            || (int.TryParse(text, Integer, CultureInfo.InvariantCulture, out var number) && field.EnumType.FindValueByNumber(number) is not null),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => int.TryParse(text, Integer, CultureInfo.InvariantCulture, out _),
        FieldType.UInt32 or FieldType.Fixed32 => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => long.TryParse(text, Integer, CultureInfo.InvariantCulture, out _),
        FieldType.UInt64 or FieldType.Fixed64 => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _),
        FieldType.Double or FieldType.Float => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real),
        FieldType.Message when IsText(field.MessageType) => IsMessage(field.MessageType, text),
        _ => false,
    };

    /// <summary>What a field, or an entry of it, has to be.</summary>
    public static string Describe(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => "a string of valid Unicode",
        FieldType.Bytes => "a string in base64",
        FieldType.Bool => "true or false",
        FieldType.Enum => $"one of {string.Join(", ", field.EnumType.Values.Select(value => value.Name))}",
        FieldType.Double or FieldType.Float => "a number",
        FieldType.Message when field.MessageType.FullName == Timestamp.Descriptor.FullName => "a time such as \"2026-03-01T12:00:00Z\"",
        FieldType.Message when field.MessageType.FullName == Duration.Descriptor.FullName => "a duration such as \"1.5s\"",
        FieldType.Message when IsText(field.MessageType) => "names of fields, separated by commas",
        FieldType.Message => "an object",
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 or FieldType.UInt64 or FieldType.Fixed64 => "a whole number of 64 bits",
        _ => "a whole number of 32 bits",
    };

    private static bool IsMessage(MessageDescriptor type, string text)
    {
        // Transcoding does not read what is below zero and above minus a second, and would refuse it in an error of its own.
        if (type.FullName == Duration.Descriptor.FullName && text.StartsWith("-0", StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            JsonParser.Default.Parse($"\"{JsonEncodedText.Encode(text)}\"", type);
            return true;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ArgumentException or FormatException or OverflowException)
        {
            return false;
        }
    }

    private static bool IsBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out _);
    }
}
