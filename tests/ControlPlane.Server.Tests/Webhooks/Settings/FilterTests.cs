using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Webhooks.Settings;
using ControlPlane.Storage;
using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Server.Tests.Webhooks.Settings;

/// <summary>The grammar and meaning of ListWebhooksRequest.filter.</summary>
public sealed class FilterTests
{
    private static readonly WebhookRecord Webhook = new()
    {
        Id = "wh_1",
        TenantId = "default",
        Url = "https://example.com/?a=b&c!=d",
        EventTypes = ["message.new", "call.*"],
        Dialect = "svix",
        Name = "My \"best\" \\ hook",
        ExternalId = "AND",
        Instances = ["phone 1"],
        Labels = new Dictionary<string, string> { ["team"] = "blue", ["a b"] = "c", ["x.y"] = "" },
        State = WebhookState.Suspended,
        Secrets = [],
    };

    [Theory]
    [InlineData(""), InlineData("   ")]
    [InlineData("state = SUSPENDED"), InlineData("state=SUSPENDED"), InlineData(" state  !=\tACTIVE ")]
    [InlineData("enabled = false"), InlineData("enabled != true")]
    [InlineData("name = \"My \\\"best\\\" \\\\ hook\""), InlineData("name != x"), InlineData("name != \"\"")]
    [InlineData("url = https://example.com/?a=b&c!=d"), InlineData("url = \"https://example.com/?a=b&c!=d\"")]
    [InlineData("dialect = svix AND state = SUSPENDED"), InlineData("external_id = AND AND dialect = svix")]
    [InlineData("event_type = call.*"), InlineData("event_type = \"message.new\""), InlineData("event_type != call.new")]
    [InlineData("instance = \"phone 1\""), InlineData("instance != phone")]
    [InlineData("labels.team = blue"), InlineData("labels.\"team\" = blue"), InlineData("labels.\"a b\" = c"), InlineData("labels.x.y = \"\"")]
    [InlineData("labels.none != \"\""), InlineData("labels.team != red AND labels.team = blue")]
    public void Matches_True(string filter) => Assert.True(Read(filter).Matches(Webhook));

    [Theory]
    [InlineData("state = ACTIVE"), InlineData("enabled = true"), InlineData("name = \"\""), InlineData("dialect = Svix")]
    [InlineData("event_type = message"), InlineData("event_type != call.*"), InlineData("instance != \"phone 1\"")]
    [InlineData("labels.none = \"\""), InlineData("labels.team != blue"), InlineData("dialect = svix AND state = ACTIVE")]
    public void Matches_False(string filter) => Assert.False(Read(filter).Matches(Webhook));

    [Theory]
    [InlineData("colour = red", "at character 1: expected one of state")]
    [InlineData("  colour = red", "at character 3: expected one of state")]
    [InlineData("State = ACTIVE", "at character 1: expected one of state")]
    [InlineData("labels = a", "at character 1: expected one of state")]
    [InlineData("labels. = a", "at character 8: expected the key of a label")]
    [InlineData("name", "at character 5: expected = or !=")]
    [InlineData("name ! x", "at character 6: expected = or !=")]
    [InlineData("name > x", "at character 6: expected = or !=")]
    [InlineData("name =", "at character 7: expected a value")]
    [InlineData("name = \"abc", "at character 8: the quote is not closed")]
    [InlineData("name = \"abc\\\"", "at character 8: the quote is not closed")]
    [InlineData("name = \"a\"b", "at character 11: expected a space")]
    [InlineData("name = a\"b\"", "at character 9: expected a space")]
    [InlineData("name = a name = b", "at character 10: expected AND")]
    [InlineData("name = a and name = b", "at character 10: expected AND")]
    [InlineData("name = a OR name = b", "at character 10: expected AND")]
    [InlineData("name = a AND", "at character 13: expected one of state")]
    [InlineData("state = active", "at character 9: expected ACTIVE or DISABLED or SUSPENDED")]
    [InlineData("enabled = yes", "at character 11: expected true or false")]
    public void Read_Wrong_SaysWhere(string filter, string message) =>
        Assert.StartsWith($"filter: {message}", Refusal(filter).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_TooMuch_Refused()
    {
        Read(string.Join(" AND ", Enumerable.Repeat("name = a", 20)));
        Refusal(string.Join(" AND ", Enumerable.Repeat("name = a", 21)));
        Read($"name = {new string('a', 4089)}");
        Refusal($"name = {new string('a', 4090)}");
    }

    [Fact]
    public void Read_AnyText_NeverThrows()
    {
        var pieces = Gen.Elements(
            "name", "labels.", "labels.a", "state", "=", "!=", "!", "AND", " ", "\"", "\\", "\\\"", "ACTIVE", "x", "\0", "\uD800");
        var text = Gen.OneOf(Gen.ListOf(pieces).Select(string.Concat), ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""));
        Prop.ForAll(text.ToArbitrary(), filter => WebhookFilter.Read(filter, new Violations()).Matches(Webhook) || true)
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Read_AnyQuotedValue_IsFound() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), name =>
        {
            var value = name.Get.Length > 1_000 ? name.Get[..1_000] : name.Get;
            var quoted = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            return Read($"name = \"{quoted}\" AND labels.\"{quoted}\" != x").Matches(Webhook with { Name = value });
        }).QuickCheckThrowOnFailure();

    private static WebhookFilter Read(string filter)
    {
        var violations = new Violations();
        var read = WebhookFilter.Read(filter, violations);
        violations.ThrowIfAny();
        return read;
    }

    private static RequestException Refusal(string filter) => Assert.Throws<RequestException>(() => { Read(filter); });
}
