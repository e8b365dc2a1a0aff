using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Storage.Postgres;

/// <summary>The deliveries of one ordering key to one webhook.</summary>
internal readonly record struct Line(string WebhookId, string Key)
{
    /// <summary>The line of a delivery; null if it stands in none.</summary>
    public static Line? Of(DeliveryRecord delivery) => delivery.OrderingKey.Length > 0 ? new Line(delivery.WebhookId, delivery.OrderingKey) : null;

    /// <summary>The number of the advisory lock that whoever changes the line holds.</summary>
    public long Lock => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{WebhookId}/{Key}")));
}
