using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Testing;
using Google.Protobuf;

namespace ControlPlane.Functional.Tests.Doors.Platforms;

/// <summary>A customer of a platform, who knows its documentation alone.</summary>
public abstract partial class PlatformTest(SharedServer shared, string basePath) : SharedServerTest(shared)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    protected HttpCaller Http { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Http = new(Server.Setup.Http, Tenant.Key);
    }

    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http.Dispose();
        return base.DisposeAsync();
    }

    /// <summary>Calls an address below the base path.</summary>
    protected Task<HttpAnswer> CallAsync(string verb, string path, string? json = null, HttpCaller? caller = null) => (caller ?? Http).SendAsync(
        new HttpMethod(verb), basePath + path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>Asserts that an answer is what a document shows, byte for byte besides the spaces between; only times are others.</summary>
    protected static void AssertShown(string document, HttpAnswer answer)
    {
        Assert.Equal("application/json; charset=utf-8", answer.ContentType?.ToString());
        Assert.Equal(Time().Replace(Compact(document), Stamp), Time().Replace(answer.Text, Stamp));
    }

    /// <summary>A document's JSON without the spaces between.</summary>
    protected static string Compact(string json) => JsonNode.Parse(json)!.ToJsonString(Plain);

    /// <summary>Publishes from an instance; the payload is sent bit for bit.</summary>
    protected Task PublishAsync(string type, string instance, string payload) => Tenant.PublishAsync(source =>
    {
        (source.Type, source.Instance) = (type, instance);
        source.Payload = ByteString.CopyFromUtf8(payload);
    });

    protected static string Hex(string secret, params ReadOnlySpan<byte[]> content) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Join(content)));

    protected static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    protected static byte[] Join(params ReadOnlySpan<byte[]> parts)
    {
        var all = new List<byte>();
        foreach (var part in parts)
        {
            all.AddRange(part);
        }

        return [.. all];
    }

    /// <summary>The digits of a time are masked, its form is not.</summary>
    private static string Stamp(Match time) => Regex.Replace(time.Value, "[0-9]", "9");

    [GeneratedRegex(@"""[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z""")]
    private static partial Regex Time();
}
