using System.Text.Json;

namespace ControlPlane.Benchmarks.Reporting;

/// <summary>A report as a file, with every single value.</summary>
internal static class ReportJson
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task WriteAsync(
        string path, DateTimeOffset started, IReadOnlyList<string> modes, Machine machine, Settings settings, Report report)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(
            file,
            new
            {
                started,
                modes,
                machine,
                // The paths say nothing about what was measured.
                settings = settings with { Published = null, Folder = "", Output = "" },
                notes = report.Notes,
                figures = report.Figures,
            },
            Format);
    }
}
