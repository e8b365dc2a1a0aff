namespace ControlPlane.Server.Doors.CloudEvents;

/// <summary>An event as it came, in whichever mode.</summary>
/// <param name="Attributes">Its context attributes.</param>
/// <param name="Data">Its data, bit for bit.</param>
internal sealed record CloudEvent(CloudEventAttributes Attributes, ReadOnlyMemory<byte> Data);
