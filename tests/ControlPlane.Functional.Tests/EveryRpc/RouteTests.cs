using System.Text.RegularExpressions;
using Google.Api;

namespace ControlPlane.Functional.Tests.EveryRpc;

public sealed partial class RouteTests
{
    public static TheoryData<string> Methods => RpcMethod.Names();

    [Theory]
    [MemberData(nameof(Methods))]
    public void Method_HasARouteInTheFormOfAllOthers(string name)
    {
        var rules = RpcMethod.Named(name).HttpRules;

        Assert.NotEmpty(rules);
        Assert.All(rules, rule => Assert.Matches(Form(), Path(rule)));
        Assert.All(rules, rule => Assert.Equal(
            rule.PatternCase is HttpRule.PatternOneofCase.Post or HttpRule.PatternOneofCase.Patch ? "*" : "", rule.Body));
    }

    [Fact]
    public void Routes_AreEachOfOneMethod()
    {
        var routes = RpcMethod.All.SelectMany(method => method.HttpRules).Select(rule => $"{rule.PatternCase} {Variable().Replace(Path(rule), "{}")}").ToList();

        Assert.Equal(routes.Distinct(), routes);
    }

    private static string Path(HttpRule rule) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => rule.Get,
        HttpRule.PatternOneofCase.Post => rule.Post,
        HttpRule.PatternOneofCase.Patch => rule.Patch,
        HttpRule.PatternOneofCase.Delete => rule.Delete,
        _ => "",
    };

    [GeneratedRegex(@"^/v1/[a-z][A-Za-z]*(/\{[a-z_.]+(=\*\*)?\})?(:[a-z][A-Za-z]*)?$")]
    private static partial Regex Form();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Variable();
}
