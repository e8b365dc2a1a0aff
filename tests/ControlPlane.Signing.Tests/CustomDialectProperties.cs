using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Signing.Tests;

/// <summary>Whatever passes validation works: random definitions, put together from plausible and hostile pieces.</summary>
public sealed class CustomDialectProperties
{
    private static readonly Gen<DialectHeader> Header =
        from name in Gen.Elements("X-A", "X-B", "x-c", "Webhook-D", "host", "bad name")
        from value in Gen.Elements(
            "{id}", "{ts}", "id={id};", "{event}", "{instance}", "{created}", "{webhook_id}", "{delivery_id}", "{event}:{id}",
            "{sig}", "v1,{sig}", "t={ts},v1={sig}", "v=2, s={sig}, t={ts}", "{ts}.{sig}", "{sig}{ts}", "s={sig};t={ts};",
            "{ts}{sig}", "plain", "é")
        select new DialectHeader(name, value);

    private static readonly Gen<Dialect> Definition =
        from key in Gen.Elements(Enum.GetValues<KeyFormat>())
        from algorithm in Gen.Elements(Enum.GetValues<SignatureAlgorithm>())
        from encoding in Gen.Elements(Enum.GetValues<SignatureEncoding>())
        from joining in Gen.Elements(Enum.GetValues<SignatureJoin>())
        from unit in Gen.Elements(Enum.GetValues<TimestampUnit>())
        from content in Gen.Elements(
            "{body}", "{ts}.{body}", "{body}{id}", "{id}|{event}|{body}|{ts}", "{instance}{created}{body}", "{id}")
        from envelope in Gen.Elements(
            null, null, "{payload}", """{"{event}":"{instance}","at":{ts},"p":{payload}}""",
            """["{id}","{delivery_id}",{payload}]""", """{"p":"{payload}"}""")
        from headers in Header.ListOf(4)
        from sure in Gen.Elements("{sig}", "v1={sig},t={ts}")
        select new Dialect
        {
            KeyFormat = key,
            Algorithm = algorithm,
            Encoding = encoding,
            SignatureJoin = joining,
            TimestampUnit = unit,
            SignedContent = content,
            Envelope = envelope,
            Headers = [.. headers.DistinctBy(h => h.Name), new("x-last", sure)],
        };

    [Fact]
    public void Validate_NoProblems_MeansItSignsAndVerifies()
    {
        var usable = 0;
        var cases =
            from dialect in Definition.Where(d => d.Validate().Count == 0)
            from message in Messages.Of(dialect)
            select (dialect, message);
        Messages.Check(cases, c =>
        {
            var (dialect, message) = c;
            usable++;
            var webhook = Sample.Sign(dialect, message.Request, message.Secret, message.OlderSecret);

            Assert.Equal(VerificationStatus.Valid, Sample.Verify(dialect, webhook, message.Secret).Status);
            Assert.Equal(
                dialect.SignatureJoin != SignatureJoin.NewestOnly,
                Sample.Verify(dialect, webhook, message.OlderSecret).IsValid);
            Assert.All(webhook.Headers, h => Assert.DoesNotContain(h.Value, ch => ch is < ' ' or > '~'));
            if (dialect.Envelope is not null)
            {
                JsonDocument.Parse(webhook.Body).Dispose();
                Assert.True(webhook.Body.Span.IndexOf(message.Payload) >= 0);
            }
        });
        Assert.Equal(200, usable);
    }

    [Fact]
    public void Validate_Problems_MeansItIsRefused() =>
        Messages.Check(Definition.Where(d => d.Validate().Count > 0), dialect =>
            Assert.Throws<ArgumentException>(() => new WebhookSigner(dialect)));
}
