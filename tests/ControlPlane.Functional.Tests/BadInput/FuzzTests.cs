using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Functional.Tests.EveryRpc;
using ControlPlane.Testing;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>
/// Bytes that no client would send, at every method of every service. On a server of its own, whose log must stay clean. The seed
/// and how many inputs each method gets can be set: <c>CONTROLPLANE_FUZZ_SEED</c>, <c>CONTROLPLANE_FUZZ_INPUTS</c>.
/// </summary>
public sealed partial class FuzzTests(SharedServer shared)
{
    private const long MostMemory = 256 << 20;

    private static readonly int Seed = Setting("CONTROLPLANE_FUZZ_SEED", 731_905);
    private static readonly int InputsPerMethod = Setting("CONTROLPLANE_FUZZ_INPUTS", 120);

    /// <summary>What a request that can be read is answered with.</summary>
    private static readonly StatusCode[] Clean =
    [
        StatusCode.OK, StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.AlreadyExists, StatusCode.PermissionDenied,
        StatusCode.FailedPrecondition, StatusCode.Aborted, StatusCode.OutOfRange, StatusCode.ResourceExhausted,
    ];

    [Fact]
    public async Task Call_AnyBytes_CleanStatusAndTheServerGoesOn()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        using var furnished = await Furnished.CreateAsync(server, shared.Receiver);
        using var raw = new RawGrpc(server.Setup.Grpc, ServerSetup.PlatformKey);
        var before = server.PeakMemory;
        foreach (var (index, target) in Target.All(furnished).Index())
        {
            var mutations = new Mutations(new Random(Seed + index));
            for (var i = 0; i < InputsPerMethod; i++)
            {
                var input = mutations.Next(target.Input, target.Valid);
                if (LeavesTheMachine(target, input))
                {
                    continue;
                }

                var answer = await raw.CallAsync(target.Path, RawGrpc.Frame(input));
                Assert.True(IsRight(target, input, answer.Status), $"seed {Seed}: {target.Path} answered {answer} to {Convert.ToHexString(input)}");
            }
        }

        var after = server.PeakMemory;
        Assert.True(after - before < MostMemory, $"The server grew from {before} to {after} bytes.");
        using var again = await Furnished.CreateAsync(server, shared.Receiver);
        Assert.NotEmpty(await again.DescribeAsync());
    }

    [Fact]
    public async Task JsonCall_AnyBodyAndQuery_CleanAnswerAndTheServerGoesOn()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        using var furnished = await Furnished.CreateAsync(server, shared.Receiver);
        using var http = new HttpCaller(server.Setup.Http, ServerSetup.PlatformKey);
        var before = server.PeakMemory;
        foreach (var (index, method) in RpcMethod.All.Index())
        {
            var right = method.WriteJson(furnished.Filler.Fill(method.Input));
            var mutations = new JsonMutations(new Random(Seed + index), method.Input);
            for (var i = 0; i < InputsPerMethod; i++)
            {
                var (path, body) = mutations.Next(right);
                var text = $"{Uri.UnescapeDataString(path)} {(body is null ? "" : Encoding.UTF8.GetString(body))}";
                // A text can spell an address with escapes too.
                if (Elsewhere().IsMatch(text) || (text.Contains("\\u", StringComparison.Ordinal) && Read(method, body) is { } message && Elsewhere().IsMatch($"{message}")))
                {
                    continue;
                }

                using var content = body is null ? null : new ByteArrayContent(body);
                content?.Headers.Add("Content-Type", "application/json");
                using var response = await http.OpenAsync(right.Verb, path, content);
                if (!response.IsSuccessStatusCode)
                {
                    var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                    Assert.True(
                        (int)response.StatusCode is >= 400 and < 500 && IsError(answer),
                        $"seed {Seed}: {right.Verb} {path} answered {response.StatusCode} {answer} to {(body is null ? "" : Convert.ToHexString(body))}");
                }
            }
        }

        var after = server.PeakMemory;
        Assert.True(after - before < MostMemory, $"The server grew from {before} to {after} bytes.");
        using var again = await Furnished.CreateAsync(server, shared.Receiver);
        Assert.NotEmpty(await again.DescribeAsync());
    }

    /// <summary>Whether a text is what the door's errors look like, with a reason.</summary>
    private static bool IsError(string answer)
    {
        var status = JsonNode.Parse(answer);
        return (int?)status?["code"] is > 0 and < 17 and not (int)StatusCode.Unknown and not (int)StatusCode.Internal
            && status["details"]!.AsArray().Any(detail => (string?)detail!["reason"] is { Length: > 0 });
    }

    private static IMessage? Read(RpcMethod method, byte[]? body)
    {
        try
        {
            return body is null ? null : new JsonParser(JsonParser.Settings.Default.WithIgnoreUnknownFields(true)).Parse(Encoding.UTF8.GetString(body), method.Input);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or FormatException)
        {
            return null;
        }
    }

    private static bool IsRight(Target target, byte[] input, StatusCode? code) =>
        input.Length > target.Longest ? code == StatusCode.ResourceExhausted
        : IsMessage(target, input) ? code is { } known && Clean.Contains(known)
        : code == StatusCode.InvalidArgument;

    /// <summary>A test calls nobody: with a URL of another host the server would.</summary>
    private static bool LeavesTheMachine(Target target, byte[] input) => Read(target, input) is { } message && Elsewhere().IsMatch($"{message}");

    private static bool IsMessage(Target target, byte[] input) => Read(target, input) is not null;

    private static IMessage? Read(Target target, byte[] input)
    {
        try
        {
            return target.Input.Parser.ParseFrom(input);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    [GeneratedRegex(@"https://(?!127\.0\.0\.1[:/])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Elsewhere();
}
