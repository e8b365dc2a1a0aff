namespace ControlPlane.CrashTests.Checking;

/// <summary>What came of matching requests to recorded attempts.</summary>
internal sealed class AttemptTally
{
    /// <summary>Recorded attempts.</summary>
    public int Attempts { get; set; }

    /// <summary>Requests that reached the receiver.</summary>
    public int Receipts { get; set; }

    /// <summary>
    /// Requests whose attempt a kill cut off before it was recorded: what the receiver sees once more than it had to.
    /// </summary>
    public int Cut { get; set; }

    /// <summary>Those of them that the receiver had answered 2xx.</summary>
    public int CutAfterSuccess { get; set; }

    /// <summary>Deliveries that saw at least one of them.</summary>
    public int DeliveriesCut { get; set; }

    /// <summary>Requests that were under way when a caller cancelled their delivery, and therefore are not recorded.</summary>
    public int Cancelled { get; set; }
}
