namespace ControlPlane.Server;

/// <summary>Which process this is.</summary>
/// <param name="NodeId">Its id as a sender and holder of leases.</param>
/// <param name="StartTime">When it started to serve.</param>
internal sealed record NodeIdentity(string NodeId, DateTimeOffset StartTime);
