using System.Text;

namespace ControlPlane.Benchmarks.Load;

/// <summary>What events carry.</summary>
internal static class Payload
{
    /// <summary>A JSON object of exactly that many bytes, at least 32.</summary>
    public static byte[] Create(int bytes)
    {
        const string Head = """{"kind":"benchmark","text":" """;
        const string Tail = "\"}";
        var head = Head.TrimEnd();
        return Encoding.ASCII.GetBytes(head + new string('x', Math.Max(1, bytes - head.Length - Tail.Length)) + Tail);
    }
}
