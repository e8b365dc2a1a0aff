namespace ControlPlane.Signing.Tests;

/// <summary>Every way a custom dialect can be wrong, each with its field and reason.</summary>
public sealed class DialectValidationTests
{
    private static readonly Dialect Good = new()
    {
        Name = "acme",
        Headers = [new("X-Id", "{id}"), new("X-Time", "{ts}"), new("X-Sig", "v1={sig}")],
    };

    [Fact]
    public void Validate_GoodDialect_HasNoProblems() => Assert.Empty(Good.Validate());

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("with space")]
    [InlineData("a-name-that-is-much-longer-than-the-sixty-four-characters-allowed")]
    public void Validate_Name_IsChecked(string name) => Expect(Good with { Name = name }, "name", "NAME_INVALID");

    [Fact]
    public void Validate_UndefinedEnumValues_AreNamed()
    {
        var bad = Good with
        {
            KeyFormat = (KeyFormat)9,
            Algorithm = (SignatureAlgorithm)9,
            Encoding = (SignatureEncoding)9,
            SignatureJoin = (SignatureJoin)9,
            TimestampUnit = (TimestampUnit)9,
        };

        Assert.Equal(
            ["key_format", "algorithm", "encoding", "signature_join", "timestamp_unit"],
            bad.Validate().Where(p => p.Reason == "VALUE_UNKNOWN").Select(p => p.Field));
    }

    [Theory]
    [InlineData("{id}.{ts}", "BODY_NOT_ONCE")]
    [InlineData("{body}.{ts}.{body}", "BODY_NOT_ONCE")]
    [InlineData("", "BODY_NOT_ONCE")]
    [InlineData(null, "BODY_NOT_ONCE")]
    [InlineData("{sig}.{body}", "PLACEHOLDER_NOT_ALLOWED")]
    [InlineData("{payload}.{body}", "PLACEHOLDER_NOT_ALLOWED")]
    [InlineData("{tenant}.{body}", "PLACEHOLDER_UNKNOWN")]
    [InlineData("{ID}.{body}", "PLACEHOLDER_UNKNOWN")]
    [InlineData("{event}.{body}", "SIGNED_VALUE_NOT_SENT")]
    public void Validate_SignedContent_IsChecked(string? content, string reason) =>
        Expect(Good with { SignedContent = content! }, "signed_content", reason);

    [Theory]
    [InlineData("{id}.{body}", "msg:{id};")]
    [InlineData("{ts}{body}", "{ts}")]
    [InlineData("POST {instance} {body} {} {not-a-name}", "{instance}")]
    public void Validate_SignedContentThatCanBeRebuilt_IsAccepted(string content, string header) =>
        Assert.Empty(
            (Good with { SignedContent = content, Headers = [new("x-value", header), new("x-sig", "{sig}")] }).Validate());

    [Theory]
    [InlineData("{event}/{id}")]
    [InlineData("{id}{id}")]
    public void Validate_SignedValueAmongOthers_IsNotReadable(string header) =>
        Expect(
            Good with { SignedContent = "{id}.{body}", Headers = [new("x-value", header), new("x-sig", "{sig}")] },
            "signed_content", "SIGNED_VALUE_NOT_SENT");

    [Theory]
    [InlineData("", "HEADER_NAME_INVALID")]
    [InlineData("with space", "HEADER_NAME_INVALID")]
    [InlineData("x:y", "HEADER_NAME_INVALID")]
    [InlineData("x\r\ny", "HEADER_NAME_INVALID")]
    [InlineData("é", "HEADER_NAME_INVALID")]
    [InlineData("Host", "HEADER_NAME_RESERVED")]
    [InlineData("user-agent", "HEADER_NAME_RESERVED")]
    [InlineData("Content-Type", "HEADER_NAME_RESERVED")]
    [InlineData("CONTENT-anything", "HEADER_NAME_RESERVED")]
    [InlineData("Connection", "HEADER_NAME_RESERVED")]
    [InlineData("keep-alive", "HEADER_NAME_RESERVED")]
    [InlineData("Proxy-Authorization", "HEADER_NAME_RESERVED")]
    [InlineData("TE", "HEADER_NAME_RESERVED")]
    [InlineData("Trailer", "HEADER_NAME_RESERVED")]
    [InlineData("Transfer-Encoding", "HEADER_NAME_RESERVED")]
    [InlineData("Upgrade", "HEADER_NAME_RESERVED")]
    [InlineData("Expect", "HEADER_NAME_RESERVED")]
    [InlineData("x-SIG", "HEADER_NAME_DUPLICATE")]
    public void Validate_HeaderName_IsChecked(string name, string reason) =>
        Expect(Good with { Headers = [.. Good.Headers, new(name, "x")] }, "headers[3].name", reason);

    [Theory]
    [InlineData("", "HEADER_VALUE_INVALID")]
    [InlineData(" x", "HEADER_VALUE_INVALID")]
    [InlineData("x ", "HEADER_VALUE_INVALID")]
    [InlineData("a\r\nb", "HEADER_VALUE_INVALID")]
    [InlineData("é", "HEADER_VALUE_INVALID")]
    [InlineData("{nothing}", "PLACEHOLDER_UNKNOWN")]
    [InlineData("{body}", "PLACEHOLDER_NOT_ALLOWED")]
    [InlineData("{payload}", "PLACEHOLDER_NOT_ALLOWED")]
    [InlineData("{event}={sig}", "PLACEHOLDER_NOT_ALLOWED")]
    [InlineData("{sig}{sig}", "PLACEHOLDER_REPEATED")]
    [InlineData("{ts}.{sig}.{ts}", "PLACEHOLDER_REPEATED")]
    [InlineData("{ts}{sig}", "VALUE_AMBIGUOUS")]
    [InlineData("t={ts}0{sig}", "VALUE_AMBIGUOUS")]
    public void Validate_HeaderValue_IsChecked(string value, string reason) =>
        Expect(Good with { Headers = [.. Good.Headers, new("x-more", value)] }, "headers[3].value", reason);

    [Fact]
    public void Validate_SpaceInSpaceSeparatedValue_IsRefused() =>
        Expect(
            Good with { SignatureJoin = SignatureJoin.SpaceSeparated, Headers = [.. Good.Headers, new("x-more", "v1 {sig}")] },
            "headers[3].value", "SEPARATOR_IN_VALUE");

    [Fact]
    public void Validate_NoSignature_IsRefused() =>
        Expect(Good with { Headers = [new("X-Id", "{id}"), new("X-Time", "{ts}")] }, "headers", "SIGNATURE_NOT_SENT");

    [Fact]
    public void Validate_SecretsJoined_AreRefused() =>
        Expect(BuiltInDialects.WawpSecret with { SignatureJoin = SignatureJoin.RepeatedItem }, "signature_join", "JOIN_NOT_ALLOWED");

    [Theory]
    [InlineData("{}", "PAYLOAD_NOT_ONCE")]
    [InlineData("[{payload},{payload}]", "PAYLOAD_NOT_ONCE")]
    [InlineData("""{"a":{body},"p":{payload}}""", "PLACEHOLDER_NOT_ALLOWED")]
    [InlineData("""{"a":"{sig}","p":{payload}}""", "PLACEHOLDER_NOT_ALLOWED")]
    [InlineData("""{"a":"{tenant}","p":{payload}}""", "PLACEHOLDER_UNKNOWN")]
    [InlineData("""{"a":{event},"p":{payload}}""", "NOT_JSON")]
    [InlineData("""{"a":"\{event}","p":{payload}}""", "NOT_JSON")]
    [InlineData("""{"a":"\u00{event}","p":{payload}}""", "NOT_JSON")]
    [InlineData("""{"p":"{payload}"}""", "NOT_JSON")]
    [InlineData("""{"p":1{payload}}""", "NOT_JSON")]
    [InlineData("""{{payload}:1}""", "NOT_JSON")]
    [InlineData("""{"p":{payload}""", "NOT_JSON")]
    [InlineData("""{"p":{payload}} // comment""", "NOT_JSON")]
    [InlineData("""{"p":{payload},}""", "NOT_JSON")]
    [InlineData("""{"t":0{ts},"p":{payload}}""", "NOT_JSON")]
    [InlineData("", "NOT_JSON")]
    public void Validate_Envelope_IsChecked(string envelope, string reason) =>
        Expect(Good with { Envelope = envelope }, "envelope", reason);

    [Theory]
    [InlineData("{payload}")]
    [InlineData(" [ {payload} ] ")]
    [InlineData("""{"{event}":"é {instance} {id}","t":"{ts}","c":{created},"w":"{webhook_id}/{delivery_id}","p":{payload}}""")]
    public void Validate_EnvelopeThatIsJson_IsAccepted(string envelope) =>
        Assert.Empty((Good with { Envelope = envelope }).Validate());

    [Fact]
    public void Validate_Sizes_AreBounded()
    {
        Expect(Good with { SignedContent = "{body}" + new string('x', 1020) }, "signed_content", "TOO_LONG");
        Expect(Good with { Envelope = "{payload}" + new string(' ', 8190) }, "envelope", "TOO_LONG");
        Expect(Good with { Headers = [.. Good.Headers, new("x-more", new string('x', 1025))] }, "headers[3].value", "TOO_LONG");
        Expect(
            Good with { Headers = [.. Good.Headers, new(new string('x', 129), "x")] }, "headers[3].name", "HEADER_NAME_INVALID");
        Expect(
            Good with { Headers = [.. Enumerable.Range(0, 33).Select(i => new DialectHeader($"x-{i}", "{sig}"))] },
            "headers", "TOO_MANY");
    }

    [Fact]
    public void Validate_NullsAndLoneSurrogates_DoNotThrow()
    {
        var problems = new Dialect { Name = null!, SignedContent = null!, Headers = [null!, new(null!, null!)] }.Validate();

        Assert.Contains(problems, p => p.Field == "name");
        Assert.Contains(problems, p => p.Field == "headers[0].name");
        Assert.Contains(problems, p => p.Field == "headers[1].value");
        Assert.Empty((Good with { Envelope = "[\"lone\ud800\",{payload}]" }).Validate());
        Assert.NotEmpty(new Dialect { Headers = null! }.Validate());
    }

    [Fact]
    public void Validate_ManyProblems_AreReportedAtOnce()
    {
        var problems = (Good with { Name = "", SignedContent = "", Envelope = "", Headers = [new("host", "")] }).Validate();

        Assert.Superset(
            new HashSet<string> { "name", "signed_content", "envelope", "headers", "headers[0].name", "headers[0].value" },
            problems.Select(p => p.Field).ToHashSet());
    }

    private static void Expect(Dialect dialect, string field, string reason)
    {
        var problems = dialect.Validate();

        Assert.Contains(problems, p => p.Field == field && p.Reason == reason && p.Message.Length > 0);
        Assert.Throws<ArgumentException>(() => new WebhookSigner(dialect));
    }
}
