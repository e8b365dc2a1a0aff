namespace ControlPlane.Cli.Errors;

/// <summary>Something that the caller typed, or a file they named, cannot be used. The message says what and why.</summary>
internal sealed class UsageException(string message) : Exception(message);
