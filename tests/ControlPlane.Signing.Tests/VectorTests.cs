using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Signing.Tests;

/// <summary>The vectors of Vectors/signatures.json: the body is exact, so envelopes are left out when signing.</summary>
public sealed class VectorTests
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    private static readonly VectorFile Contents = JsonSerializer.Deserialize<VectorFile>(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "signatures.json")), Options)!;

    public static TheoryData<int> Indexes { get; } = [.. Enumerable.Range(0, Vectors.Count)];

    private static IReadOnlyList<Vector> Vectors => Contents.Vectors;

    [Fact]
    public void Vectors_OfTheFile_CoverEverySigningScheme() =>
        Assert.Equal(
            // The others send one of these signatures under other names, or none.
            BuiltInDialects.All.Select(d => d.Name).Except(["svix", "wazapin", "wawp-secret"]).ToHashSet(),
            Vectors.Select(v => v.Dialect).ToHashSet());

    [Theory]
    [MemberData(nameof(Indexes))]
    public void Sign_Vector_GivesItsSignature(int index)
    {
        var vector = Vectors[index];
        var bare = Sample.Dialect(vector.Dialect) with { Envelope = null };

        var webhook = Sample.Sign(bare, vector.Request, vector.Secret);

        Assert.All(SignatureHeaders(bare), name => Assert.Equal(vector.Signature, Sample.Header(webhook, name)));
        Assert.Equal(vector.Body, Encoding.UTF8.GetString(webhook.Body.Span));
    }

    [Theory]
    [MemberData(nameof(Indexes))]
    public void Verify_Vector_IsValid(int index)
    {
        var vector = Vectors[index];
        var dialect = Sample.Dialect(vector.Dialect);
        var clock = new FakeTimeProvider(vector.Request.Timestamp.AddSeconds(30));
        var verifier = new WebhookVerifier(vector.Secret, dialect, timeProvider: clock);
        var headers = dialect.Headers
            .Select(h => KeyValuePair.Create(h.Name, h.Value switch
            {
                "{id}" => vector.Id ?? "",
                "{ts}" => vector.Timestamp.ToString(),
                var value when value.Contains("{sig}") => vector.Signature,
                _ => "other",
            }));

        Assert.Equal(VerificationStatus.Valid, verifier.Verify(headers, Encoding.UTF8.GetBytes(vector.Body)).Status);
    }

    private static IEnumerable<string> SignatureHeaders(Dialect dialect) =>
        dialect.Headers.Where(h => h.Value.Contains("{sig}")).Select(h => h.Name);

    private sealed record VectorFile(IReadOnlyList<Vector> Vectors);

    private sealed record Vector(string Dialect, string Secret, string? Id, long Timestamp, string Body, string Signature)
    {
        public SigningRequest Request => new()
        {
            MessageId = Id ?? "evt_any",
            EventType = "any",
            Timestamp = DateTimeOffset.FromUnixTimeSeconds(Timestamp),
            Payload = Encoding.UTF8.GetBytes(Body),
        };
    }
}
