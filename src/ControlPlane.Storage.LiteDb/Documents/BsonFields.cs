using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Values in the form in which they are stored. What a field has by default is not stored.</summary>
internal static class BsonFields
{
    public static BsonValue ToBson(this DateTimeOffset time) => new(time.ToMicroseconds());

    public static DateTimeOffset ToTime(this BsonValue value) => Timestamps.FromMicroseconds(value.AsInt64);

    public static void SetText(this BsonDocument document, string field, string text)
    {
        if (text.Length > 0)
        {
            document[field] = text;
        }
    }

    public static string Text(this BsonDocument document, string field) => document[field] is { IsString: true } text ? text.AsString : "";

    public static void SetNumber(this BsonDocument document, string field, long number)
    {
        if (number != 0)
        {
            document[field] = number is >= int.MinValue and <= int.MaxValue ? new BsonValue((int)number) : new BsonValue(number);
        }
    }

    public static long Long(this BsonDocument document, string field) => document[field] is { IsNumber: true } number ? number.AsInt64 : 0;

    public static int Int(this BsonDocument document, string field) => (int)document.Long(field);

    public static void SetTime(this BsonDocument document, string field, DateTimeOffset? time)
    {
        if (time is { } set)
        {
            document[field] = set.ToBson();
        }
    }

    public static DateTimeOffset Time(this BsonDocument document, string field) => document[field].ToTime();

    public static DateTimeOffset? TimeOrNull(this BsonDocument document, string field) =>
        document[field] is { IsNumber: true } time ? time.ToTime() : null;

    public static byte[]? Bytes(this BsonDocument document, string field) => document[field] is { IsBinary: true } bytes ? bytes.AsBinary : null;

    public static long Seq(this BsonDocument document) => document["_id"].AsInt64;
}
