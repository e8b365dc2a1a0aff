using System.Xml.Linq;

namespace ControlPlane.Architecture.Tests;

public sealed class ReferenceTests
{
    private static readonly string[] Engines = ["ControlPlane.Storage.Sqlite", "ControlPlane.Storage.Postgres"];
    private static readonly string[] Kinds = ["PackageReference", "FrameworkReference", "ProjectReference"];

    [Theory]
    [InlineData("ControlPlane.Signing")]
    [InlineData("ControlPlane.Egress")]
    [InlineData("ControlPlane.Storage")]
    [InlineData("ControlPlane.Storage.Embedded", "ControlPlane.Storage")]
    [InlineData("ControlPlane.Storage.Sqlite", "ControlPlane.Storage.Embedded")]
    [InlineData("ControlPlane.Storage.Postgres", "ControlPlane.Storage")]
    [InlineData("ControlPlane.Cli", "ControlPlane.Contracts", "ControlPlane.Signing")]
    [InlineData("ControlPlane.Server", "ControlPlane.Contracts", "ControlPlane.Egress", "ControlPlane.Signing", "ControlPlane.Storage",
        "ControlPlane.Storage.Sqlite", "ControlPlane.Storage.Postgres")]
    public void Project_ReferencesOnlyWhatItMay(string project, params string[] allowed) => Assert.Empty(
        from file in House.Projects
        where file.Name == project
        from reference in References(file, "ProjectReference")
        let name = Path.GetFileNameWithoutExtension(reference.Replace('\\', '/'))
        // The server comes along with the tool's demo, but is not part of what the tool is built on.
        where !allowed.Contains(name) && !IsNotLinked(file, reference)
        select $"{file.Path} -> {name}");

    [Theory]
    [InlineData("ControlPlane.Signing")]
    [InlineData("ControlPlane.Storage")]
    public void Project_NeedsNothingButTheBaseLibrary(string project) => Assert.Empty(
        from file in House.Projects
        where file.Name == project
        from kind in Kinds
        from reference in References(file, kind)
        select $"{file.Path} -> {reference}");

    [Fact]
    public void Egress_NeedsNothingButAbstractions() => Assert.Empty(
        from file in House.Projects
        where file.Name == "ControlPlane.Egress"
        from kind in Kinds
        from reference in References(file, kind)
        where reference != "Microsoft.Extensions.Options"
            && !(reference.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) && reference.EndsWith(".Abstractions", StringComparison.Ordinal))
        select $"{file.Path} -> {reference}");

    /// <summary>Between the folders of the egress, in the order in which they may use each other.</summary>
    [Theory]
    [InlineData("Policy")]
    [InlineData("Trust")]
    [InlineData("Metering")]
    [InlineData("Connecting", "Policy", "Trust")]
    [InlineData("Probing", "Connecting", "Policy", "Trust")]
    public void EgressFolder_UsesOnlyWhatItMay(string folder, params string[] allowed) => Assert.Empty(
        from file in House.Below($"src/ControlPlane.Egress/{folder}")
        from line in file.Lines
        where line.StartsWith("using ControlPlane.Egress", StringComparison.Ordinal)
            && !allowed.Any(other => line == $"using ControlPlane.Egress.{other};")
        select $"{file.Path}: {line}");

    [Fact]
    public void Engines_AreNamedByProgramOnly() => Assert.Empty(
        from file in House.Below("src/ControlPlane.Server")
        where file.Name != "Program"
        from line in file.Lines
        where Engines.Any(engine => line.Contains(engine, StringComparison.Ordinal))
        select $"{file.Path}: {line.Trim()}");

    private static IEnumerable<string> References(SourceFile project, string kind) =>
        Load(project).Descendants(kind).Select(reference => (string)reference.Attribute("Include")!);

    private static bool IsNotLinked(SourceFile project, string reference) => Load(project).Descendants("ProjectReference")
        .Any(r => (string?)r.Attribute("Include") == reference
            && string.Equals((string?)r.Attribute("ReferenceOutputAssembly"), "false", StringComparison.OrdinalIgnoreCase));

    private static XDocument Load(SourceFile project) => XDocument.Parse(string.Join('\n', project.Lines));
}
