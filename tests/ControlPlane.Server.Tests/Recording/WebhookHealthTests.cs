using ControlPlane.Server.Catalog;
using ControlPlane.Server.Recording;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;
using ControlPlane.Testing;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Recording;

public sealed class WebhookHealthTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly TestStore _stored = new();
    private StorageEngine _store = null!;
    private WebhookStoreSeam _seam = null!;
    private WebhookCatalog _catalog = null!;
    private WebhookHealth _health = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = _stored.Open(_clock);
        _seam = new WebhookStoreSeam(_store.Webhooks);
        _catalog = new WebhookCatalog(_seam);
        _health = new WebhookHealth(_seam, _catalog, Options.Create(new RecordingOptions { SuspendAfter = TimeSpan.FromDays(5) }));
        var write = await _store.Webhooks.CreateAsync(Records.Webhook(), Cancel);
        _catalog.Apply(write.Webhook!, write.ConfigVersion);
    }

    public async ValueTask DisposeAsync()
    {
        _health.Dispose();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Note_Failures_WritesTheFirstOnly()
    {
        var first = _clock.GetUtcNow();
        for (var i = 0; i < 5; i++)
        {
            await NoteAsync(500);
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(first, (await StoredAsync()).FailingSince);
        Assert.Equal(1, _seam.HealthWrites);
    }

    [Fact]
    public async Task Note_Success_ClearsItOnce()
    {
        await NoteAsync(500);
        await NoteAsync(200);
        await NoteAsync(200);
        Assert.Null((await StoredAsync()).FailingSince);
        Assert.Equal(2, _seam.HealthWrites);
    }

    [Fact]
    public async Task Judge_FailingForTooLong_IsFailingSinceThen()
    {
        var first = _clock.GetStoreNow();
        await NoteAsync(500);
        _clock.Advance(TimeSpan.FromDays(5) - TimeSpan.FromTicks(10));
        Assert.Equal(StateReason.None, (await JudgeAsync(500)).Reason);
        _clock.Advance(TimeSpan.FromTicks(10));
        Assert.Equal(StateReason.None, (await JudgeAsync(200)).Reason);
        Assert.Equal(new(StateReason.Failing, first), await JudgeAsync(500));
    }

    [Fact]
    public async Task Judge_Gone_IsGoneAtOnce() => Assert.Equal(new(StateReason.Gone, null), await JudgeAsync(410));

    [Fact]
    public async Task Judge_AddressRefused_IsBlockedAtOnce() =>
        Assert.Equal(new(StateReason.AddressBlocked, null), await JudgeAsync(0, FailureKind.BlockedAddress));

    [Theory]
    [InlineData(FailureKind.Dns)]
    [InlineData(FailureKind.Connect)]
    [InlineData(FailureKind.Tls)]
    [InlineData(FailureKind.Timeout)]
    public async Task Judge_OtherFailure_IsNoReason(FailureKind failure) => Assert.Equal(default, await JudgeAsync(0, failure));

    [Fact]
    public async Task Note_ResumedAndFailingStill_IsNotedAnewAndHasTheWholeTime()
    {
        await NoteAsync(500);
        _clock.Advance(TimeSpan.FromDays(5));
        await ChangeAsync(w => w with { State = WebhookState.Suspended, StateReason = StateReason.Failing });
        await ChangeAsync(w => w with { State = WebhookState.Active, StateReason = StateReason.None });
        Assert.Null((await StoredAsync()).FailingSince);
        await NoteAsync(500);
        Assert.Equal(_clock.GetUtcNow(), (await StoredAsync()).FailingSince);
        _clock.Advance(TimeSpan.FromDays(4));
        Assert.Equal(StateReason.None, (await JudgeAsync(500)).Reason);
    }

    [Fact]
    public async Task Note_StoreRefuses_IsWrittenWithTheNext()
    {
        _seam.BeforeHealth = () => throw new StorageUnavailableException("busy");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => NoteAsync(500));
        _seam.BeforeHealth = () => { };
        await NoteAsync(500);
        Assert.NotNull((await StoredAsync()).FailingSince);
    }

    [Fact]
    public async Task Deleted_IsForgotten()
    {
        await NoteAsync(500);
        Assert.Equal(1, _health.Count);
        var write = await _store.Webhooks.DeleteAsync("wh_1", null, _clock.GetStoreNow(), Cancel);
        _catalog.Remove(TenantRecord.DefaultId, "wh_1", write.ConfigVersion);
        Assert.Equal(0, _health.Count);
    }

    private static AttemptOutcome Outcome(int status, FailureKind failure = FailureKind.HttpStatus) => new()
    {
        StartTime = Records.Time,
        Duration = TimeSpan.Zero,
        StatusCode = status,
        Failure = status == 200 ? FailureKind.None : failure,
    };

    private async Task NoteAsync(int status)
    {
        var (held, outcome, now) = (await HeldAsync(), Outcome(status), _clock.GetStoreNow());
        await _health.NoteAsync(held, outcome, _health.Judge(held, outcome, now), now);
    }

    private async Task<HealthVerdict> JudgeAsync(int status, FailureKind failure = FailureKind.HttpStatus) =>
        _health.Judge(await HeldAsync(), Outcome(status, failure), _clock.GetStoreNow());

    private async Task<WebhookRecord> HeldAsync() => (await _catalog.FindAsync(TenantRecord.DefaultId, "wh_1", Cancel))!;

    private async Task<WebhookRecord> StoredAsync() => (await _store.Webhooks.GetAsync("wh_1", Cancel))!;

    private async Task ChangeAsync(Func<WebhookRecord, WebhookRecord> change)
    {
        var held = await StoredAsync();
        var write = await _store.Webhooks.UpdateAsync(
            change(held) with { Version = held.Version + 1, UpdateTime = _clock.GetStoreNow() }, Cancel);
        _catalog.Apply(write.Webhook!, write.ConfigVersion);
    }
}
