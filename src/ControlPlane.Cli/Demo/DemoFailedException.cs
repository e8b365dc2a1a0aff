namespace ControlPlane.Cli.Demo;

/// <summary>A step of the demo did not do what it should.</summary>
internal sealed class DemoFailedException(string message) : Exception(message);
