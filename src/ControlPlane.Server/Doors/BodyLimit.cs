namespace ControlPlane.Server.Doors;

/// <summary>
/// How many bytes the body of a request may have. Metadata of an endpoint, whose body <see cref="BodyGate"/> then reads; without it
/// nothing reads one.
/// </summary>
internal sealed record BodyLimit(int Bytes);
