namespace ControlPlane.Egress.Tests.Policy;

public sealed class UrlVectorTests
{
    public static TheoryData<string> Refused() => new(Read("urls-refused.txt"));

    public static TheoryData<string> Accepted() => new(Read("urls-accepted.txt"));

    [Theory]
    [MemberData(nameof(Refused))]
    public void Check_RefusedVector_IsRefused(string url) => Assert.False(Policies.Urls().Check(url).IsAllowed);

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Check_AcceptedVector_IsAccepted(string url)
    {
        var verdict = Policies.Urls().Check(url);
        Assert.True(verdict.IsAllowed, string.Join(", ", verdict.Reasons()));
    }

    private static string[] Read(string name) =>
        [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Policy", "Vectors", name)).Where(line => line.Length > 0)];
}
