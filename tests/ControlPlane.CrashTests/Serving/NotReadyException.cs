namespace ControlPlane.CrashTests.Serving;

/// <summary>
/// A server was not ready in time. On a machine that had no time for it that says nothing of the server, so it is told apart from a broken
/// promise: the message has the processor time that it got.
/// </summary>
internal sealed class NotReadyException(string message) : Exception(message);
