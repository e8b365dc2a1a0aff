using ControlPlane.Functional.Tests.EveryRpc;
using ControlPlane.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.BadInput.Limits;

/// <summary>
/// Every field of every request has a limit that its comment states and the server keeps: what is within passes, what is beyond is
/// refused by the field's name. Fields are found through the descriptors, so that a new one needs an entry in
/// <see cref="FieldLimits"/>.
/// </summary>
public sealed class FieldLimitTests(SharedServer shared) : SharedServerTest(shared)
{
    public static TheoryData<string> Methods => RpcMethod.Names();

    /// <summary>Those whose request is a body in JSON; of the others everything has to fit into an address.</summary>
    public static TheoryData<string> MethodsWithBody =>
        [.. RpcMethod.All.Where(method => method.HttpRules.Count > 0 && method.HttpRules[0].Body.Length > 0).Select(method => method.Name)];

    [Fact]
    public void Fields_AllHaveALimit() => Assert.Empty(
        from method in RpcMethod.All
        from field in Fields(method)
        where FieldLimits.KeyOf(method.Name, field) is null
        select $"{field.Name} ({method.Name} {field.Path})");

    [Fact]
    public void Limits_AllBelongToAField() => Assert.Empty(
        FieldLimits.Keys.Except(RpcMethod.All.SelectMany(method => Fields(method).Select(field => FieldLimits.KeyOf(method.Name, field)!))));

    [Fact]
    public void Comments_StateTheLimit() => Assert.Empty(
        (from method in RpcMethod.All
         from field in Fields(method)
         from words in LimitOf(method, field).Says
         where !FieldComments.Of(field.Name).Contains(words, StringComparison.Ordinal)
         select $"{field.Name} does not say \"{words}\"").Distinct());

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_AtAndBeyondEachLimit_TakesAndRefuses(string name)
    {
        var method = RpcMethod.Named(name);
        await ProbeAsync(method, Fields(method), request => method.CallAsync(Platform, request.ToByteArray()));
    }

    [Theory]
    [MemberData(nameof(MethodsWithBody))]
    public async Task Call_OverJsonAtAndBeyondEachLimit_TakesAndRefuses(string name)
    {
        var method = RpcMethod.Named(name);
        using var http = new HttpCaller(Server.Setup.Http, ServerSetup.PlatformKey);
        // What stands in the address has no place in the body, an empty mask is written as none, and ids of tenants are used up.
        var addresses = string.Concat(method.HttpRules.Select(rule => rule.Post + rule.Patch));
        var fields = Fields(method).Where(field =>
            !addresses.Contains($"{{{field.Path}}}", StringComparison.Ordinal) && field.Path is not ("update_mask" or "tenant.id"));
        await ProbeAsync(method, fields, request => method.CallAsync(http, request), IsJson);
    }

    private async Task ProbeAsync(RpcMethod method, IEnumerable<RequestField> fields, Func<IMessage, Task> call, Func<IMessage, bool>? canSend = null)
    {
        using var furnished = await Furnished.CreateAsync(Server, Receiver);
        var surprises = new List<string>();
        foreach (var field in fields)
        {
            var limit = LimitOf(method, field);
            foreach (var probe in limit.Probes)
            {
                var request = RightRequests.Of(method, furnished);
                field.Put(request, probe.Value(furnished), type => RightRequests.Make(type, furnished), limit.Beside);
                if (canSend?.Invoke(request) != false && Surprise(field, limit, probe, await AnswerAsync(call, request)) is { } surprise)
                {
                    surprises.Add($"{field.Path}, {probe.What}: {surprise}");
                }
            }
        }

        Assert.True(surprises.Count == 0, string.Join('\n', surprises));
    }

    /// <summary>Times and durations that are out of the range of their type cannot be written.</summary>
    private static bool IsJson(IMessage request)
    {
        try
        {
            JsonFormatter.Default.Format(request);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static IEnumerable<RequestField> Fields(RpcMethod method) =>
        RequestField.Of(method.Input, field => FieldLimits.KeyOf(method.Name, field) is { } key && FieldLimits.Of(key).IsIgnored)
            .Where(field => field.Field.FieldType != FieldType.Bool);

    private static Limit LimitOf(RpcMethod method, RequestField field) => FieldLimits.Of(FieldLimits.KeyOf(method.Name, field)!);

    private static string? Surprise(RequestField field, Limit limit, Probe probe, (Grpc.Core.Status Status, IReadOnlyList<string> Wrong) answer)
    {
        if (probe.Wrong is null)
        {
            return answer.Status.StatusCode == StatusCode.OK || answer.Status.StatusCode == limit.Otherwise ? null : $"{answer.Status}";
        }

        var place = field.Path + probe.Wrong;
        var named = answer.Wrong.Any(wrong => wrong == place || (place.EndsWith('[') && wrong.StartsWith(place, StringComparison.Ordinal)));
        return answer.Status.StatusCode == StatusCode.InvalidArgument && named
            ? null
            : $"{answer.Status}, which names {string.Join(", ", answer.Wrong)}";
    }

    private static async Task<(Grpc.Core.Status Status, IReadOnlyList<string> Wrong)> AnswerAsync(Func<IMessage, Task> call, IMessage request)
    {
        try
        {
            await call(request);
            return (Grpc.Core.Status.DefaultSuccess, []);
        }
        catch (RpcException e)
        {
            var refusal = Refusal.Of(e);
            return (e.Status, refusal.Code == StatusCode.InvalidArgument
                ? [.. refusal.Detail<BadRequest>().FieldViolations.Select(v => v.Field)]
                : []);
        }
    }
}
