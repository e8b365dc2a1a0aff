using System.Globalization;
using ControlPlane.V1;

namespace ControlPlane.Cli.Output;

/// <summary>How backups and checks of the store are shown.</summary>
internal static class StoreView
{
    public static string Progress(BackupProgress progress) =>
        $"{Bytes(progress.WrittenBytes)} of about {Bytes(progress.ExpectedBytes)} written";

    public static IEnumerable<Field> Fields(StoreBackup backup) =>
    [
        new("name", backup.Name),
        new("path", backup.Path),
        new("size", Bytes(backup.SizeBytes)),
        new("revision", backup.Revision.ToString(CultureInfo.InvariantCulture)),
        new("store id", backup.StoreId),
        new("started", Show.Time(backup.StartTime)),
        new("duration", Show.Duration(backup.Duration)),
    ];

    public static IEnumerable<Field> Fields(CheckStoreResponse found) =>
    [
        new("result", found.Problems.Count == 0 ? new Cell("sound", Tone.Good) : new Cell("damaged", Tone.Bad)),
        .. found.Problems.Select(problem => new Field("problem", new Cell(problem, Tone.Bad))),
        new("duration", Show.Duration(found.Duration)),
    ];

    private static string Bytes(long count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} bytes");
}
