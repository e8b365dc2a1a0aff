namespace ControlPlane.Cli;

/// <summary>What the program takes from the process around it, so that the whole command tree also runs inside a test.</summary>
internal sealed record CliHost
{
    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Opens the same place as <see cref="Output"/> for bytes that must not pass through an encoding.</summary>
    public required Func<Stream> OpenOutput { get; init; }

    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Nothing is piped in: waiting for input would only puzzle.</summary>
    public required bool InputIsTerminal { get; init; }

    /// <summary>People are looking: tables, colours, live views.</summary>
    public required bool OutputIsTerminal { get; init; }

    public required Func<string, string?> Environment { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The host of the real process.</summary>
    public static CliHost ForProcess(TimeProvider time) => new()
    {
        Output = Console.Out,
        Error = Console.Error,
        OpenOutput = Console.OpenStandardOutput,
        OpenInput = Console.OpenStandardInput,
        InputIsTerminal = !Console.IsInputRedirected,
        OutputIsTerminal = !Console.IsOutputRedirected,
        Environment = System.Environment.GetEnvironmentVariable,
        Time = time,
    };
}
