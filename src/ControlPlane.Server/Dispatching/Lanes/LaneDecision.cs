namespace ControlPlane.Server.Dispatching;

/// <summary>What a lane needs next.</summary>
/// <param name="Enlist">It has something to send and waits for its turn.</param>
/// <param name="Claim">How many due deliveries to claim; 0 for none.</param>
/// <param name="Changes">How often the webhook had changed when the claim was decided.</param>
/// <param name="Wake">When to decide again; null if nothing is known to become due.</param>
internal readonly record struct LaneDecision(bool Enlist, int Claim, int Changes, DateTimeOffset? Wake);

/// <summary>A claim that a lane waits for.</summary>
internal readonly record struct LaneClaim(Lane Lane, int Limit, int Changes);
