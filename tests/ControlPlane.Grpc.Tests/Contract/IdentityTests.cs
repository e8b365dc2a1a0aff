using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Compression;

namespace ControlPlane.Grpc.Tests.Contract;

/// <summary>The loader takes an assembly for the referenced one if name, public key token and version agree.</summary>
public sealed class IdentityTests
{
    public static TheoryData<string, string> References => new MatrixTheoryData<string, string>(
        [typeof(GrpcServiceOptions).Assembly.GetName().Name!, typeof(GrpcChannel).Assembly.GetName().Name!],
        [typeof(Status).Assembly.GetName().Name!, typeof(ICompressionProvider).Assembly.GetName().Name!]);

    [Theory]
    [MemberData(nameof(References))]
    public void Identity_OfContract_IsWhatTheLibraryExpects(string library, string contract)
    {
        var expected = Assembly.Load(new AssemblyName(library)).GetReferencedAssemblies().Single(name => name.Name == contract);
        var actual = Assembly.Load(new AssemblyName(contract)).GetName();

        Assert.Equal(expected.FullName, actual.FullName);
        Assert.Equal(8, actual.GetPublicKeyToken()!.Length);
    }

    [Fact]
    public void PublicKey_OfContracts_IsThatOfTheLibraries()
    {
        var expected = typeof(GrpcChannel).Assembly.GetName().GetPublicKey();

        Assert.Equal(expected, typeof(Status).Assembly.GetName().GetPublicKey());
        Assert.Equal(expected, typeof(ICompressionProvider).Assembly.GetName().GetPublicKey());
    }
}
