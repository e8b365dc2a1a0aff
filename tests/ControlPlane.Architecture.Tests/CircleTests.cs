namespace ControlPlane.Architecture.Tests;

public sealed class CircleTests
{
    public static TheoryData<string> Projects => [.. House.AllProjects.Select(project => project.Folder)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Rooms_OfAProject_AreInNoCircle(string project) => House.None(Circles.In(project));
}
