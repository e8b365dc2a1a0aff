using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Load;

/// <summary>
/// The least that a sender of webhooks has to do, and nothing else: a Standard Webhooks signature (HMAC-SHA256 over id, timestamp
/// and payload) made anew for each request, and the request. What a durable server delivers per second is measured against this.
/// </summary>
internal sealed class SigningLoop(string url, TestAuthority certificates, Settings settings) : IDisposable
{
    private readonly HttpMessageInvoker _http = new(TrustingHandler.Create(certificates));
    private readonly Uri _url = new(url);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _payload = Payload.Create(settings.PayloadBytes);

    /// <summary>Sends so many; answers how many per second that were.</summary>
    public async Task<double> RunAsync(long count, CancellationToken cancellationToken)
    {
        var elapsed = await ClosedLoop.RunAsync(settings.Concurrency, count, number => SendAsync(number, cancellationToken), cancellationToken);
        return count / elapsed.TotalSeconds;
    }

    public void Dispose() => _http.Dispose();

    private async Task SendAsync(long number, CancellationToken cancellationToken)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"evt_{number:D26}");
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, _url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = new ReadOnlyMemoryContent(_payload),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.TryAddWithoutValidation("webhook-id", id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp);
        request.Headers.TryAddWithoutValidation("webhook-signature", Sign(id, timestamp));
        using var response = await _http.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.NoContent || response.Version != HttpVersion.Version20)
        {
            throw new BenchmarkException($"The receiver answered {(int)response.StatusCode} over HTTP/{response.Version}; 204 over HTTP/2 is expected.");
        }
    }

    private string Sign(string id, string timestamp)
    {
        Span<byte> head = stackalloc byte[64];
        var length = Encoding.ASCII.GetBytes($"{id}.{timestamp}.", head);
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(head[..length]);
        hmac.AppendData(_payload);
        hmac.GetHashAndReset(signature);
        return "v1," + Convert.ToBase64String(signature);
    }
}
