using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Server.Catalog;
using ControlPlane.Storage;
using ControlPlane.Storage.Transitions;
using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Server.Tests.Catalog;

public sealed class SubscriptionIndexTests
{
    private static readonly string[] Types = ["a", "b", "a.b", "a.b.c", "a.c", "ab.c", "a-b"];
    private static readonly string[] Patterns = [.. Types, "*", "a.*", "a.b.*", "ab.*", "b.*", "a.b.c.*"];
    private static readonly string[] Instances = ["", "eu", "us"];

    private static readonly Gen<Dictionary<string, string>?> Labels = Gen.Elements(
        null,
        new Dictionary<string, string>(),
        new() { ["a"] = "" },
        new() { ["a"] = "1" },
        new() { ["a"] = "1,2" },
        new() { ["a"] = "2,3", ["b"] = "1" },
        new() { ["b"] = "1,2,3" });

    private static readonly Gen<WebhookRecord[]> Webhooks =
        from webhook in (
            from patterns in Gen.Elements(Patterns).NonEmptyListOf()
            from instances in Gen.Elements(Instances).ListOf()
            from labels in Labels
            from state in Gen.Elements(WebhookState.Active, WebhookState.Active, WebhookState.Disabled, WebhookState.Suspended)
            from suspended in Gen.Elements(Enum.GetValues<WhileInactive>())
            from disabled in Gen.Elements(Enum.GetValues<WhileInactive>())
            select Records.Webhook() with
            {
                EventTypes = [.. patterns],
                Instances = [.. instances],
                MatchLabels = labels,
                State = state,
                WhileSuspended = suspended,
                WhileDisabled = disabled,
            }).ListOf()
        select webhook.Select((w, i) => w with { Id = $"wh_{i:000}" }).ToArray();

    [Fact]
    public void Match_AnyWebhooks_EqualsLookingAtEachOne() =>
        (from webhooks in Webhooks
         from type in Gen.Elements(Types)
         from instance in Gen.Elements(Instances)
         from labels in Labels
         select (webhooks, type, instance, labels)).Holds(c =>
            new SubscriptionIndex(c.webhooks).Match(c.type, c.instance, c.labels).Select(w => w.Id)
                .SequenceEqual(c.webhooks.Where(w => IsWanted(w, c.type, c.instance, c.labels)).Select(w => w.Id)));

    [Theory]
    [InlineData("*", "anything", true)]
    [InlineData("order.paid", "order.paid", true)]
    [InlineData("order.paid", "order.paid.late", false)]
    [InlineData("order.*", "order.paid", true)]
    [InlineData("order.*", "order.paid.late", true)]
    [InlineData("order.*", "order", false)]
    [InlineData("order.*", "orders.paid", false)]
    [InlineData("order.*", "ORDER.paid", false)]
    public void Covers_Pattern_AsTheApiSays(string pattern, string type, bool covers)
    {
        Assert.Equal(covers, EventTypePattern.Covers(pattern, type));
        Assert.Equal(covers, new SubscriptionIndex([Records.Webhook("wh_1", pattern)]).Match(type, "", null).Count == 1);
    }

    [Theory]
    [InlineData("*", false)]
    [InlineData("controlplane", false)]
    [InlineData("controlplane.*", true)]
    [InlineData("controlplane.webhook.*", true)]
    [InlineData("controlplane.delivery.*", false)]
    [InlineData("controlplane.webhook.suspended", true)]
    public void Subscribes_Operational_ByNameOrPrefixOnly(string pattern, bool subscribes)
    {
        const string Type = OperationalTypes.WebhookSuspended;
        Assert.Equal(subscribes, SubscriptionIndex.Subscribes(pattern, Type));
        Assert.Equal(subscribes, new SubscriptionIndex([Records.Webhook("wh_1", pattern)]).Match(Type, "", null).Count == 1);
        Assert.Single(new SubscriptionIndex([Records.Webhook("wh_1", "*", "controlplane.*")]).Match(Type, "", null));
        Assert.Single(new SubscriptionIndex([Records.Webhook("wh_1", "*")]).Match("controlplanes.own", "", null));
    }

    private static bool IsWanted(WebhookRecord webhook, string type, string instance, Dictionary<string, string>? labels) =>
        (webhook.State == WebhookState.Active
            || (webhook.State == WebhookState.Suspended && webhook.WhileSuspended != WhileInactive.Skip)
            || (webhook.State == WebhookState.Disabled && webhook.WhileDisabled == WhileInactive.Hold))
        && (webhook.MatchLabels ?? new Dictionary<string, string>()).All(wanted => wanted.Value.Split(',').Intersect(labels?.GetValueOrDefault(wanted.Key)?.Split(',') ?? []).Any())
        && (webhook.Instances.Count == 0 || webhook.Instances.Contains(instance))
        && webhook.EventTypes.Any(pattern => pattern == "*" || pattern == type
            || (pattern.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(pattern[..^1], StringComparison.Ordinal)));
}
