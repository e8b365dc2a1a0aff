namespace ControlPlane.Server.Dispatching;

/// <summary>What a lane was doing at one moment; a copy, for people to read.</summary>
/// <param name="Queued">Deliveries taken that wait to be sent.</param>
/// <param name="InFlight">Requests in flight.</param>
/// <param name="Limit">How many may be.</param>
/// <param name="Failing">The receiver failed several times in a row.</param>
/// <param name="Pause">How long the rate keeps the next request from starting; zero if it does not.</param>
/// <param name="NextDue">When the next delivery in the store is due, as far as known.</param>
/// <param name="Ahead">How many deliveries are queued ahead of the one asked about; null if it is not queued.</param>
internal sealed record LaneSnapshot(
    int Queued, int InFlight, int Limit, bool Failing, TimeSpan Pause, DateTimeOffset? NextDue, int? Ahead);
