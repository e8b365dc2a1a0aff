namespace ControlPlane.Cli.Errors;

/// <summary>What the process ends with. Scripts rely on these.</summary>
internal static class ExitCodes
{
    /// <summary>Done; of a watch, ended by its user.</summary>
    public const int Ok = 0;

    /// <summary>The server refused or failed, or the test attempt or a step of the demo did.</summary>
    public const int Failed = 1;

    /// <summary>The command line, or a file that it names, is wrong; nothing was sent.</summary>
    public const int Usage = 2;

    /// <summary>No server answered in time, or it did not accept the key.</summary>
    public const int NotConnected = 3;

    /// <summary>Interrupted, by the shells' convention 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
