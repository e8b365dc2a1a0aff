using System.Globalization;

namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>The documents say of the engine what is so.</summary>
public sealed class DocumentsTests
{
    /// <summary>What is where in a store that is looked into with other tools.</summary>
    [Fact]
    public void Collections_All_AreNamed()
    {
        var text = Read("docs/storage.md");

        Assert.DoesNotContain(Collections.All, collection => !text.Contains($"`{collection}`", StringComparison.Ordinal));
    }

    [Fact]
    public void Reads_BesideCommits_AreBoundedAsTheTableSays() => Assert.Contains(
        string.Create(CultureInfo.InvariantCulture, $"| 1 part in {Gate.WritersShare + 1} of the time, in turns of {Gate.Turn.TotalMilliseconds} ms;"),
        Read("docs/security.md"),
        StringComparison.Ordinal);

    private static string Read(string document)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, document) is var path && File.Exists(path))
            {
                return File.ReadAllText(path);
            }
        }

        throw new FileNotFoundException($"{document} is above none of the folders of {AppContext.BaseDirectory}");
    }
}
