using ControlPlane.Server.Catalog;
using ControlPlane.Server.Deliveries.Explaining;
using ControlPlane.Server.Filtering;
using ControlPlane.Server.Tests.Filtering;
using ControlPlane.Storage;
using ControlPlane.V1;
using OnFilterError = ControlPlane.Storage.OnFilterError;
using StateReason = ControlPlane.Storage.StateReason;
using WebhookState = ControlPlane.Storage.WebhookState;
using WhileInactive = ControlPlane.Storage.WhileInactive;

namespace ControlPlane.Server.Tests.Deliveries.Explaining;

public sealed class MatchChecksTests
{
    private static readonly MatchedEvent Source = new("default", "message.new", "phone", ExplainSample.Now, Event());

    private static readonly Dictionary<string, (WebhookRecord? Webhook, MatchCondition? Unmet, string Detail)> Cases = new()
    {
        ["all met"] = (ExplainSample.Webhook, null, "The pattern \"message.new\" covers"),
        ["deleted"] = (null, MatchCondition.Existence, "was deleted"),
        ["created later"] = (
            ExplainSample.Webhook with { CreateTime = Source.CreateTime.AddSeconds(1) }, MatchCondition.Existence, "was created at 2030-01-02 03:04:06Z, after"),
        ["created at once"] = (ExplainSample.Webhook with { CreateTime = Source.CreateTime }, null, "exists since"),
        ["disabled"] = (
            ExplainSample.Webhook with { State = WebhookState.Disabled, StateReason = StateReason.User }, MatchCondition.State, "disabled by its owner"),
        ["gone"] = (
            ExplainSample.Webhook with { State = WebhookState.Suspended, StateReason = StateReason.Gone, WhileSuspended = WhileInactive.Skip }, MatchCondition.State, "410 Gone"),
        ["failing"] = (
            ExplainSample.Webhook with { State = WebhookState.Suspended, StateReason = StateReason.Failing, WhileSuspended = WhileInactive.Skip }, MatchCondition.State, "failed for too long"),
        ["blocked"] = (
            ExplainSample.Webhook with { State = WebhookState.Suspended, StateReason = StateReason.AddressBlocked, WhileSuspended = WhileInactive.Skip }, MatchCondition.State, "must not be called"),
        ["held while suspended"] = (
            ExplainSample.Webhook with { State = WebhookState.Suspended, StateReason = StateReason.Gone }, null, "held for it until it is enabled"),
        ["held while disabled"] = (
            ExplainSample.Webhook with { State = WebhookState.Disabled, WhileDisabled = WhileInactive.Hold }, null, "held for it until it is enabled"),
        ["instance listed"] = (ExplainSample.Webhook with { Instances = ["tablet", "phone"] }, null, "lists the instance \"phone\""),
        ["instance not listed"] = (ExplainSample.Webhook with { Instances = ["tablet"] }, MatchCondition.Instance, "does not list the instance \"phone\""),
        ["closest pattern"] = (ExplainSample.Webhook with { EventTypes = ["*", "message.*"] }, null, "The pattern \"message.*\" covers"),
        ["labels"] = (Wanting("region", "us,eu"), null, "has the labels"),
        ["no labels asked for"] = (ExplainSample.Webhook, null, "asks for no labels"),
        ["other label"] = (
            Wanting("region", "us,asia"), MatchCondition.Labels, "label \"region\" is \"eu,at\", and the webhook asks for one of: us,asia"),
        ["label missing"] = (Wanting("tier", "gold"), MatchCondition.Labels, "has no label \"tier\", and the webhook asks for one of: gold"),
        ["filter"] = (ExplainSample.Webhook with { Filter = "event.payload.n == 1" }, null, "The filter: it is true."),
        ["filter false"] = (
            ExplainSample.Webhook with { Filter = "event.type != '' && event.payload.n > 1" }, MatchCondition.Filter, "The filter: \"event.payload.n > 1\" is false."),
        ["filter fails"] = (ExplainSample.Webhook with { Filter = "event.payload.x == 1" }, null, "gets such events: \"event.payload.x == 1\" cannot be evaluated: there is no \"x\"."),
        ["filter fails, skips"] = (
            ExplainSample.Webhook with { Filter = "event.payload.x == 1", OnFilterError = OnFilterError.Skip }, MatchCondition.Filter, "skips such events"),
        ["no pattern"] = (
            ExplainSample.Webhook with { EventTypes = ["call.*", "message"] }, MatchCondition.EventType, "covers \"message.new\": call.*, message."),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Judge_EachCase_SaysWhichCheckAndWhy(string name)
    {
        var (webhook, unmet, detail) = Cases[name];
        var checks = MatchChecks.Judge(webhook, Source);
        Assert.Equal(unmet is null ? [] : [unmet.Value], checks.Where(check => !check.Met).Select(check => check.Condition));
        Assert.Contains(checks, check => check.Detail.Contains(detail, StringComparison.Ordinal));
        if (webhook is not null)
        {
            // The same verdict as the one publishing comes to.
            var found = new SubscriptionIndex([webhook]).Match(Source.Type, Source.Instance, Source.Stored!.Labels);
            using var input = new FilterInput("evt_1", Source.Type, Source.Instance, Source.Stored.Labels, Source.Stored.Payload);
            var matched = FilterSample.Filters.Apply(found, input, new()).Count == 1;
            Assert.Equal(matched, checks.Where(check => check.Condition != MatchCondition.Existence).All(check => check.Met));
        }
    }

    [Theory]
    [InlineData("wh_other", "*", MatchCondition.EventType, "does not cover operational events")]
    [InlineData("wh_other", "controlplane.*", null, "is about another webhook")]
    [InlineData("", "controlplane.*", null, "covers")]
    [InlineData(null, "controlplane.*", MatchCondition.Subject, "a webhook does not receive events about itself")]
    public void Judge_OperationalEvent_SaysWhoIsTold(string? subject, string pattern, MatchCondition? unmet, string detail)
    {
        var webhook = ExplainSample.Webhook with { EventTypes = [pattern] };
        var checks = MatchChecks.Judge(webhook, Source with { Type = OperationalTypes.DeliveryDead, Stored = Event(subject ?? webhook.Id) });
        Assert.Equal(unmet is null ? [] : [unmet.Value], checks.Where(check => !check.Met).Select(check => check.Condition));
        Assert.Contains(checks, check => check.Detail.Contains(detail, StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_EventWithoutInstance_IsOnlyForWebhooksThatListNone()
    {
        var source = Source with { Instance = "" };
        var limited = MatchChecks.Judge(ExplainSample.Webhook with { Instances = ["phone"] }, source);
        Assert.Equal(MatchCondition.Instance, Assert.Single(limited, check => !check.Met).Condition);
        Assert.All(MatchChecks.Judge(ExplainSample.Webhook, source), check => Assert.True(check.Met));
    }

    [Fact]
    public void Judge_EventNoLongerStored_SaysNothingOfLabels() =>
        Assert.DoesNotContain(
            MatchChecks.Judge(Wanting("tier", "gold"), Source with { Stored = null }), check => check.Condition == MatchCondition.Labels);

    [Fact]
    public void ChangedSince_OnlyAfterTheEvent_IsTrue()
    {
        var changed = ExplainSample.Webhook with { Version = 2 };
        Assert.False(MatchChecks.ChangedSince(ExplainSample.Webhook, Source.CreateTime));
        Assert.False(MatchChecks.ChangedSince(changed, Source.CreateTime));
        Assert.True(MatchChecks.ChangedSince(changed with { UpdateTime = Source.CreateTime }, Source.CreateTime));
        Assert.True(MatchChecks.ChangedSince(null, Source.CreateTime));
    }

    private static WebhookRecord Wanting(string key, string values) =>
        ExplainSample.Webhook with { MatchLabels = new Dictionary<string, string> { [key] = values } };

    private static EventRecord Event(string subject = "") => new()
    {
        Id = "evt_1",
        TenantId = "default",
        Type = "message.new",
        Payload = """{"n":1}"""u8.ToArray(),
        Labels = new Dictionary<string, string> { ["region"] = "eu,at", ["webhook_id"] = subject },
    };
}
