using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Server.Publishing;
using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Server.Tests.Publishing;

public sealed class EventFingerprintTests
{
    private static readonly Gen<EventDraft> Drafts =
        from type in Gen.Elements("a", "ab", "b")
        from instance in Gen.Elements("", "a", "b")
        from payload in Gen.Elements("", "a", "b", "ab")
        from contentType in Gen.Elements("a", "b")
        from labels in Gen.Elements<Dictionary<string, string>?>(null, new() { ["a"] = "b" }, new() { ["a"] = "b", ["c"] = "" }, new() { ["ab"] = "" })
        from orderingKey in Gen.Elements("", "a", "ab")
        from expires in Gen.Elements<DateTimeOffset?>(null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddMicroseconds(1))
        select new EventDraft("", type, instance, System.Text.Encoding.UTF8.GetBytes(payload), contentType, "", orderingKey, labels) { ExpireTime = expires };

    [Fact]
    public void Of_TwoEvents_IsEqualExactlyIfTheySayTheSame() => Drafts.Zip(Drafts).Holds(c =>
        EventFingerprint.Of(c.Item1).SequenceEqual(EventFingerprint.Of(c.Item2)) == (Said(c.Item1) == Said(c.Item2)));

    [Fact]
    public void Of_OtherIdAndKey_IsTheSame() => Drafts.Holds(draft =>
        EventFingerprint.Of(draft).SequenceEqual(EventFingerprint.Of(draft with { Id = "x", IdempotencyKey = "y" })));

    private static string Said(EventDraft d) => string.Join(
        '\n', d.ExpireTime?.Ticks, d.Type, d.Instance, d.ContentType, d.OrderingKey, Convert.ToHexString(d.Payload), string.Join(',', d.Labels?.Select(l => $"{l.Key}={l.Value}") ?? []));
}
