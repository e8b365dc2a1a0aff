using System.Net.Http.Headers;
using System.Text;

namespace ControlPlane.Testing;

/// <summary>Plain HTTP/1.1 to a server, with one key.</summary>
public sealed class HttpCaller(Uri address, string? key) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = Eventually.Limit };

    public Task<HttpAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    /// <summary>Posts JSON.</summary>
    public Task<HttpAnswer> PostAsync(string path, string json) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>Posts a body of any kind.</summary>
    public Task<HttpAnswer> PostAsync(string path, byte[] body, string? contentType, params (string Name, string Value)[] headers)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return SendAsync(HttpMethod.Post, path, content, headers);
    }

    public async Task<HttpAnswer> SendAsync(HttpMethod method, string path, HttpContent? body, params (string Name, string Value)[] headers)
    {
        using var response = await OpenAsync(method, path, body, headers);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new(response.StatusCode, text, response.Headers, response.Content.Headers.ContentType);
    }

    /// <summary>Answers as soon as the headers are there.</summary>
    public async Task<HttpResponseMessage> OpenAsync(
        HttpMethod method, string path, HttpContent? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        foreach (var (name, value) in headers)
        {
            Assert.True(
                request.Headers.TryAddWithoutValidation(name, value) || body!.Headers.TryAddWithoutValidation(name, value), name);
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public void Dispose() => _http.Dispose();
}
