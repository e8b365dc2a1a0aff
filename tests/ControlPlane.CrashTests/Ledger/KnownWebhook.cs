using ControlPlane.CrashTests.Receiving;

namespace ControlPlane.CrashTests.Ledger;

/// <summary>A webhook with all that it ever was. One change is made at a time.</summary>
internal sealed class KnownWebhook(string requestId, Mailbox mailbox, bool lasting)
{
    private readonly Lock _lock = new();
    private readonly List<WebhookVersion> _versions = [new(0, 0)];

    public string RequestId => requestId;

    public Mailbox Mailbox => mailbox;

    /// <summary>It is never deleted.</summary>
    public bool IsLasting => lasting;

    /// <summary>Empty until its creation was acknowledged.</summary>
    public string Id { get; set; } = "";

    public WebhookVersion Latest => Read(versions => versions[^1]);

    /// <summary>The last change was sent and not acknowledged: nobody knows whether it was made.</summary>
    public bool IsUnsettled => Latest.Until == WebhookVersion.Never;

    /// <summary>Every secret it ever had.</summary>
    public IReadOnlyList<string> AllSecrets => Read(versions => versions.SelectMany(v => v.Secrets).Distinct().ToArray());

    /// <summary>A change is about to be sent.</summary>
    public void Changing(WebhookVersion next) => Read(versions =>
    {
        versions.Add(next);
        return 0;
    });

    /// <summary>The last change was made.</summary>
    public void Changed(long now) => Read(versions => versions[^1] = versions[^1] with { Until = now });

    /// <summary>The last change was not made.</summary>
    public void Unchanged() => Read(versions =>
    {
        versions.RemoveAt(versions.Count - 1);
        return 0;
    });

    /// <summary>Everything it can have been at some moment between two times.</summary>
    public IReadOnlyList<WebhookVersion> Possible(long from, long to) => Read(versions => versions
        .Where((v, i) => v.From <= to && (i + 1 == versions.Count || versions[i + 1].Until >= from))
        .ToArray());

    private T Read<T>(Func<List<WebhookVersion>, T> use)
    {
        lock (_lock)
        {
            return use(_versions);
        }
    }
}
