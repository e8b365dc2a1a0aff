namespace ControlPlane.Benchmarks.Reporting;

/// <summary>A benchmark could not be run, or its result would mean nothing. The message is for whoever started it.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
