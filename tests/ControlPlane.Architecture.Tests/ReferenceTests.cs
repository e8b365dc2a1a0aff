using System.Xml.Linq;

namespace ControlPlane.Architecture.Tests;

public sealed class ReferenceTests
{
    private static readonly string[] Kinds = ["PackageReference", "FrameworkReference", "ProjectReference"];

    private static readonly string[] OfAnEngine = ["Storage", "Storage.Embedded"];

    /// <summary>Which projects a project may build on; the names go on behind <c>ControlPlane.</c></summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Contracts"] = [],
        ["Signing"] = [],
        ["Storage"] = [],
        ["Storage.Embedded"] = ["Storage"],
        ["Egress"] = [],
        ["Client"] = ["Contracts"],
        ["Cli"] = ["Client", "Contracts", "Signing"],
        ["Server"] = ["Contracts", "Signing", "Storage", "Egress", .. Engines()],
    };

    [Fact]
    public void Projects_ReferenceOnlyWhatTheyMay() => House.None(
        from file in House.Projects
        let allowed = Allowed.GetValueOrDefault(ShortName(file.Name)) ?? (IsEngine(file.Name) ? OfAnEngine : [])
        from reference in References(file, "ProjectReference")
        let name = Path.GetFileNameWithoutExtension(reference.Replace('\\', '/'))
        // The server comes along with the tool's demo, but is not part of what the tool is built on.
        where !allowed.Contains(ShortName(name)) && !IsNotLinked(file, reference)
        select $"{file.Path} -> {name}");

    [Fact]
    public void Projects_HaveARule() => House.None(
        House.Projects.Select(file => file.Name).Where(name => !Allowed.ContainsKey(ShortName(name)) && !IsEngine(name)));

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
    public void Engines_AreNamedByProgramOnly() => Assert.Empty(
        from file in House.Below("src/ControlPlane.Server")
        where file.Name != "Program"
        from line in file.Lines
        where Engines().Any(engine => line.Contains($"ControlPlane.{engine}", StringComparison.Ordinal))
        select $"{file.Path}: {line.Trim()}");

    private static IEnumerable<string> Engines() => House.Projects.Select(file => file.Name).Where(IsEngine).Select(ShortName);

    private static bool IsEngine(string name) =>
        name.StartsWith("ControlPlane.Storage.", StringComparison.Ordinal) && name != "ControlPlane.Storage.Embedded";

    private static string ShortName(string name) => name.Replace("ControlPlane.", "", StringComparison.Ordinal);

    private static IEnumerable<string> References(SourceFile project, string kind) =>
        Load(project).Descendants(kind).Select(reference => (string)reference.Attribute("Include")!);

    private static bool IsNotLinked(SourceFile project, string reference) => Load(project).Descendants("ProjectReference")
        .Any(r => (string?)r.Attribute("Include") == reference
            && string.Equals((string?)r.Attribute("ReferenceOutputAssembly"), "false", StringComparison.OrdinalIgnoreCase));

    private static XDocument Load(SourceFile project) => XDocument.Parse(string.Join('\n', project.Lines));
}
