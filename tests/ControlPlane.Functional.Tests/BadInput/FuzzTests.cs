using ControlPlane.Functional.Tests.EveryRpc;
using ControlPlane.Functional.Tests.Harness;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>Bytes that no client would send. On a server of its own, whose log must stay clean.</summary>
public sealed class FuzzTests(SharedServer shared)
{
    private const int Seed = 731_905;
    private const int InputsPerMethod = 30;
    private const int LongestNoise = 200;

    /// <summary>What a wrong request can be answered with.</summary>
    private static readonly StatusCode[] Clean =
    [
        StatusCode.OK, StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.AlreadyExists, StatusCode.PermissionDenied,
        StatusCode.FailedPrecondition, StatusCode.Aborted, StatusCode.OutOfRange,
    ];

    [Fact]
    public async Task Call_AnyBytes_CleanErrorAndTheServerGoesOn()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        using var furnished = await Furnished.CreateAsync(server, shared.Receiver);
        using var platform = server.Connect();
        var random = new Random(Seed);
        foreach (var method in RpcMethod.All)
        {
            var valid = furnished.Filler.Fill(method.Input).ToByteArray();
            for (var i = 0; i < InputsPerMethod; i++)
            {
                var input = i % 3 == 0 ? Noise(random) : Mutate(random, valid);
                var code = await AnswerAsync(method, platform, input);
                var right = IsMessage(method, input) ? Clean.Contains(code) : code == StatusCode.InvalidArgument;
                Assert.True(right, $"seed {Seed}: {method.Name} answered {code} to {Convert.ToHexString(input)}");
            }
        }

        using var after = await Furnished.CreateAsync(server, shared.Receiver);
        Assert.NotEmpty(await after.DescribeAsync());
    }

    private static async Task<StatusCode> AnswerAsync(RpcMethod method, Clients clients, byte[] input)
    {
        try
        {
            await method.CallAsync(clients, input);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            // Every error explains itself, these too.
            return Refusal.Of(e).Code;
        }
    }

    private static bool IsMessage(RpcMethod method, byte[] input)
    {
        try
        {
            method.Input.Parser.ParseFrom(input);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(1, LongestNoise)];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A valid request with bytes changed, cut out or repeated.</summary>
    private static byte[] Mutate(Random random, byte[] valid)
    {
        var bytes = valid.ToList();
        for (var changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 8), bytes.Count - at));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 20), bytes.Count - at)));
                    break;
            }
        }

        return [.. bytes];
    }
}
