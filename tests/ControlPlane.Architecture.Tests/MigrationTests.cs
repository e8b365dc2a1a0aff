namespace ControlPlane.Architecture.Tests;

public sealed class MigrationTests
{
    /// <summary>They run in the order of their names, and the version of a schema is how many there are: two with one number would change places.</summary>
    [Theory]
    [InlineData("src/ControlPlane.Storage.Sqlite/Migrations")]
    [InlineData("src/ControlPlane.Storage.Postgres/Migrations")]
    public void Migrations_AreNumberedOneByOne(string folder)
    {
        var numbers = Directory.EnumerateFiles(Path.Combine(House.Root, folder), "*.sql")
            .Select(path => Path.GetFileName(path).Split('_')[0])
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count).Select(number => $"{number:000}"), numbers);
    }
}
