namespace ControlPlane.Server.Hosting.Offline;

/// <summary>What the program does instead of serving, by the first word of its command line.</summary>
internal static class OfflineCommands
{
    public const string Copy = "copy";
    public const string Migrate = "migrate";

    /// <summary>Runs a command. Returns what the process ends with.</summary>
    public static async Task<int> RunAsync(
        string command, IReadOnlyDictionary<string, OfflineEngine> engines, IConfiguration settings, TextWriter output)
    {
        if (command == Copy)
        {
            return await new CopyCommand(engines, settings, output, TimeProvider.System).RunAsync(settings["from"], settings["to"], CancellationToken.None);
        }

        var storage = StorageOptions.Read(settings);
        var migrate = engines[storage.Provider].Migrate
            ?? throw new StartupException($"{StorageOptions.Section}:Provider: is \"{storage.Provider}\", whose stores every start brings up to date");
        output.WriteLine(await migrate(storage.ConnectionString));
        return 0;
    }
}
