namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>docs/storage.md says what is where in a store that is looked into with other tools.</summary>
public sealed class DocumentedCollectionsTests
{
    private const string Document = "docs/storage.md";

    [Fact]
    public void Collections_All_AreNamed()
    {
        var text = File.ReadAllText(FindDocument());

        Assert.DoesNotContain(Collections.All, collection => !text.Contains($"`{collection}`", StringComparison.Ordinal));
    }

    private static string FindDocument()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, Document) is var path && File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException($"{Document} is above none of the folders of {AppContext.BaseDirectory}");
    }
}
