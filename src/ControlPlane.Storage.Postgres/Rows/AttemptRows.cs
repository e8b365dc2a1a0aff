using System.Text;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Rows of attempts as records.</summary>
internal static class AttemptRows
{
    public const string Select =
        """
        SELECT number, trigger, start_time, duration, status, failure, message, remote_address, response_excerpt, delivery_seq FROM attempts 
        """;

    public static AttemptRecord Read(NpgsqlDataReader row) => new(
        row.GetInt32(0), (DeliveryTrigger)row.GetInt16(1), row.Time(2), TimeSpan.FromMicroseconds(row.GetInt64(3)), row.GetInt32(4),
        (FailureKind)row.GetInt16(5), row.GetString(6), row.GetString(7), Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(8)));
}
