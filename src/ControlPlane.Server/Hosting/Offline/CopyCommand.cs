using System.Globalization;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;

namespace ControlPlane.Server.Hosting.Offline;

/// <summary><c>copy --from STORE --to STORE</c>: copies a store that no server is on into another one.</summary>
internal sealed class CopyCommand(IReadOnlyDictionary<string, OfflineEngine> engines, IConfiguration settings, TextWriter output, TimeProvider clock)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(2);

    private long _told = clock.GetTimestamp();

    /// <summary>Copies. Returns 0 if the target is equal to the source, else 1.</summary>
    /// <exception cref="StartupException">A store or the key cannot be used.</exception>
    /// <exception cref="StorageOpenException">A store cannot be opened.</exception>
    public async Task<int> RunAsync(string? from, string? to, CancellationToken cancellationToken)
    {
        var source = StoreAddress.Parse("--from", from ?? throw new StartupException("--from: is missing"), settings);
        var target = StoreAddress.Parse("--to", to ?? throw new StartupException("--to: is missing"), settings);
        if (source == target || (source.File is { } file && file == target.File))
        {
            throw new StartupException("--to: is the same store as --from");
        }

        try
        {
            await using var opened = await engines[source.Provider].OpenSource(source.Place);
            var (key, keyFile) = await CopyKeys.CheckAsync(source, target, opened, settings, cancellationToken);
            await using var copy = await engines[target.Provider].OpenTarget(target.Place);
            // Before the store can be used: a server would make another key.
            var madeKey = keyFile is not null && MasterKeyFile.Create(keyFile, key);
            var result = await new StoreCopy(opened, copy, Tell).RunAsync(cancellationToken);
            if (result is CopyResult.Refused && madeKey)
            {
                File.Delete(keyFile!);
            }

            return Report(result, source.Provider, target.Provider);
        }
        catch (Exception cut) when (cut is StorageUnavailableException or StorageDamagedException or IOException)
        {
            throw new StartupException($"{cut.Message.ReplaceLineEndings(" ")} The same command goes on from where it was cut off.", cut);
        }
    }

    private int Report(CopyResult result, string from, string to)
    {
        switch (result)
        {
            case CopyResult.Refused refused:
                throw new StartupException(refused.Reason);
            case CopyResult.Different different:
                ReportCounts(different.Source, different.Target, from, to);
                output.WriteLine($"The target is not equal to the source: {different.First}. It stays an unfinished copy, which no server opens.");
                return 1;
            case CopyResult.Done done:
                ReportCounts(done.Counts, done.Counts, from, to);
                output.WriteLine("Every entry was read again from both stores: they are equal.");
                return 0;
            default:
                throw new InvalidOperationException(result.ToString());
        }
    }

    private void ReportCounts(CopyCounts source, CopyCounts target, string from, string to)
    {
        output.WriteLine($"{"",-20}{from,14}{to,14}");
        foreach (var ((name, ours), (_, theirs)) in source.Named().Zip(target.Named()))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20}{ours,14:N0}{theirs,14:N0}"));
        }
    }

    private void Tell(CopyProgress progress)
    {
        if (clock.GetElapsedTime(_told) < TellEvery)
        {
            return;
        }

        _told = clock.GetTimestamp();
        var counts = progress.Counts;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(progress.Comparing ? "compared" : "copied")}: {counts.Events:N0} events, {counts.Deliveries:N0} deliveries, {counts.Attempts:N0} attempts"));
    }
}
