using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Load;
using ControlPlane.CrashTests.Receiving;
using ControlPlane.CrashTests.Serving;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.CrashTests.Checking;

/// <summary>The checks find what is broken: a story in which all is well, and what they say when one thing in it is not.</summary>
public sealed class CheckTests
{
    private const string DeliveryId = "dlv_1";

    private readonly Violations _violations = new();
    private readonly EpochLedger _ledger;
    private readonly KnownWebhook _webhook;
    private readonly SentEvent _sent;
    private readonly Mailbox _mailbox = new("https://localhost/in/1", Behaviours.Healthy, TimeSpan.Zero);
    private readonly List<Event> _events = [];
    private readonly List<Delivery> _deliveries = [];
    private readonly List<Life> _lives = [new(1, 0) { Killed = true, Ended = 900 }, new(2, 1_000)];

    /// <summary>One event, sent at 200 to the one webhook, acknowledged at 300, delivered at the first attempt in the first life.</summary>
    public CheckTests()
    {
        _ledger = new("story", _violations);
        _webhook = new("all", _mailbox, lasting: true) { Id = "wh_1" };
        _webhook.Changing(new(100, 100) { Exists = true, EventTypes = ["*"] });
        _ledger.Add(_webhook);
        _sent = _ledger.NewEvent(new Random(1));
        _sent.Sending(200);
        var stored = _sent.Message.Clone();
        stored.Id = "evt_1";
        stored.Payload = ByteString.Empty;
        _events.Add(stored);
        _sent.Message.Id = "evt_1";
        _sent.Answered(new() { Event = stored, DeliveryCount = 1 }, 300, _violations);
        var delivery = new Delivery
        {
            Id = DeliveryId,
            EventId = "evt_1",
            WebhookId = "wh_1",
            State = DeliveryState.Succeeded,
            EndReason = EndReason.Delivered,
            AttemptCount = 1,
            Revision = 7,
            Attempts = { NewAttempt(1, Receive(life: 1, arrived: 400)) },
        };
        _deliveries.Add(delivery);
        _ledger.Sightings.Add(delivery);
    }

    [Fact]
    public void Story_AsItIs_HoldsEveryPromise() => Assert.Empty(Check());

    [Fact]
    public void Event_Lost_IsFound()
    {
        _events.Clear();
        _deliveries.Clear();
        AssertFound("LOST: event 1");
    }

    [Fact]
    public void Event_OfNobody_IsFound()
    {
        _events.Add(new() { Id = "evt_2", Labels = { [SentEvent.Label] = "2" } });
        AssertFound("Nobody published number 2");
    }

    [Fact]
    public void Event_Twice_IsFound()
    {
        var again = _events[0].Clone();
        again.Id = "evt_2";
        _events.Add(again);
        AssertFound("stored twice");
    }

    [Fact]
    public void Delivery_Lost_IsFound()
    {
        _deliveries.Clear();
        AssertFound("acknowledged with 1 deliveries and has 0");
        AssertFound("0 deliveries to all (wh_1), not 1 to 1");
        AssertFound("was shown, and in the end it is ");
    }

    [Fact]
    public void Delivery_ToAWebhookThatDidNotWantIt_IsFound()
    {
        _webhook.Changing(new(120, 150) { Exists = true, EventTypes = ["nothing.like.it"] });
        AssertFound("1 deliveries to all (wh_1), not 0 to 0");
    }

    [Fact]
    public void Delivery_WhileItsWebhookChanges_MayBeThereOrNot()
    {
        _webhook.Changing(new(120, 250) { Exists = true, EventTypes = ["nothing.like.it"] });
        Assert.Empty(Check());
    }

    [Fact]
    public void Delivery_OfASingleEventWhoseWebhookIsDeleted_IsFoundMissing()
    {
        _webhook.Changing(new(220, 250));
        _deliveries.Clear();
        AssertFound("acknowledged with 1 deliveries and has 0");
    }

    [Theory]
    [InlineData(250, true)]
    [InlineData(350, false)]
    public void Delivery_OfABatchWhoseWebhookIsDeletedMeanwhile_MayBeMissing(long deleted, bool may)
    {
        var batched = Assert.Single(_ledger.NewBatch(new Random(1), 1));
        batched.Sending(200);
        var stored = batched.Message.Clone();
        (stored.Id, batched.Message.Id) = ("evt_2", "evt_2");
        _events.Add(stored);
        batched.Answered(new() { Event = stored, DeliveryCount = 1 }, 300, _violations);
        _webhook.Changing(new(deleted, deleted + 10));

        Assert.Equal(may, !Check().Any(found => found.Contains("(evt_2) was acknowledged with 1 deliveries and has 0", StringComparison.Ordinal)));
    }

    [Fact]
    public void Delivery_NotEnded_IsFound()
    {
        _deliveries[0].State = DeliveryState.InFlight;
        AssertFound("It cannot have ended like this");
    }

    [Fact]
    public void Delivery_BackInAnEarlierState_IsFound()
    {
        _deliveries[0].Revision = 6;
        AssertFound("was shown, and in the end it is ");
    }

    [Fact]
    public void Revision_ForTwoThings_IsFound()
    {
        var other = _deliveries[0].Clone();
        other.State = DeliveryState.Dead;
        _ledger.Sightings.Add(other);
        AssertFound("Revision 7 was shown as");
    }

    [Fact]
    public void Retry_AcknowledgedAndNotMade_IsFound()
    {
        _ledger.RetriesAndCancels.Of(DeliveryId).Add(new(true, 500) { Acknowledged = 600 });
        AssertFound("was retried 0 times, not 1 to 1");
    }

    [Fact]
    public void Cancel_AcknowledgedAndForgotten_IsFound()
    {
        _ledger.RetriesAndCancels.Of(DeliveryId).Add(new(false, 350) { Acknowledged = 380 });
        AssertFound("It cannot have ended like this");
    }

    [Fact]
    public void Request_CutOffByTheKill_IsADuplicate()
    {
        _deliveries[0].Attempts[0].ResponseExcerpt = $"{Receipt.Mark}{Receive(life: 2, arrived: 1_100).Number}";
        Assert.Empty(Check());
        Assert.Equal(1, AttemptCheck.Run(Evidence).Cut);
    }

    [Fact]
    public void Request_NotRecordedInALifeThatWasNotKilled_IsFound()
    {
        Receive(life: 2, arrived: 1_100);
        AssertFound("is not recorded, and life 2 was not killed");
    }

    [Fact]
    public void Request_SentAgainInTheSameLife_IsFound()
    {
        _deliveries[0].Attempts[0].ResponseExcerpt = $"{Receipt.Mark}{Receive(life: 1, arrived: 500).Number}";
        AssertFound("is not recorded, and life 1 sent it again all the same");
    }

    [Fact]
    public void Request_OfANodeThatWasTakenForGone_NeedsNoRecordAndCanBeUnderWayWithAnother()
    {
        _lives[0] = new(1, 0) { Ended = 900, WasTakenForGone = () => true };
        _mailbox.Receipts[0].Answered = 600;
        _deliveries[0].Attempts[0].ResponseExcerpt = $"{Receipt.Mark}{Receive(life: 1, arrived: 500).Number}";
        Assert.Empty(Check());
    }

    [Fact]
    public void Requests_AtOnce_AreFound()
    {
        _mailbox.Receipts[0].Answered = 600;
        _deliveries[0].Attempts.Add(NewAttempt(2, Receive(life: 1, arrived: 500)));
        _deliveries[0].AttemptCount = 2;
        AssertFound("were under way at once");
    }

    [Fact]
    public void Attempt_ThatWasNeverReceived_IsFound()
    {
        _deliveries[0].Attempts[0].ResponseExcerpt = Receipt.Mark + "99";
        AssertFound("is of receipt 99, which is not one of it");
    }

    [Fact]
    public void Request_OfNoDelivery_IsFound()
    {
        Receive(life: 1, arrived: 500, eventId: "evt_2");
        AssertFound("There is no delivery of evt_2");
    }

    [Fact]
    public void Request_WithOtherBytes_IsFound()
    {
        _sent.Message.Payload = ByteString.CopyFromUtf8("{}");
        AssertFound("is not what was published");
    }

    [Fact]
    public void Request_ToADisabledWebhook_IsFound()
    {
        _webhook.Changing(new(110, 120) { Exists = true, Enabled = false, EventTypes = ["*"] });
        AssertFound("while the webhook was");
    }

    [Fact]
    public void Request_SignedWithNothing_IsFound()
    {
        _webhook.Changing(new(110, 120) { Exists = true, EventTypes = ["*"], Secrets = ["a secret of some length"] });
        AssertFound("is signed with [] of 1 secrets");
    }

    [Fact]
    public void Watcher_ThatMissedTheEnd_IsFound()
    {
        WatchCheck.CheckTrack(Evidence, new WatchTrack("deaf", [], 1));
        AssertFound("Watcher 'deaf' was last shown ");
    }

    private Evidence Evidence => new(_ledger, _lives, [], _events, _deliveries);

    private IReadOnlyCollection<string> Check()
    {
        EventCheck.Run(Evidence);
        AttemptCheck.Run(Evidence);
        EndCheck.Run(Evidence);
        SignatureCheck.Run(Evidence);
        WatchCheck.CheckSightings(Evidence);
        return _violations.Found;
    }

    private void AssertFound(string what) => Assert.Contains(Check(), found => found.Contains(what, StringComparison.Ordinal));

    private Receipt Receive(int life, long arrived, string eventId = "evt_1")
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["webhook-id"] = eventId };
        var (receipt, status) = _mailbox.Add(
            () => new(_mailbox.Receipts.Count + 1, life, arrived, headers, _sent.Message.Payload.ToByteArray()));
        (receipt.Status, receipt.Answered) = (status, arrived + 10);
        return receipt;
    }

    private static Attempt NewAttempt(int number, Receipt receipt) => new()
    {
        Number = number,
        Trigger = number == 1 ? DeliveryTrigger.Publish : DeliveryTrigger.Schedule,
        StatusCode = receipt.Status,
        ResponseExcerpt = $"{Receipt.Mark}{receipt.Number}",
    };
}
