namespace ControlPlane.Server;

/// <summary>This process as a sender.</summary>
/// <param name="NodeId"><c>node_</c> and a ULID, new at every start.</param>
/// <param name="StartTime">When the process started to serve.</param>
internal sealed record NodeIdentity(string NodeId, DateTimeOffset StartTime);
