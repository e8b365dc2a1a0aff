using System.Reflection;
using Grpc.Core;
using Grpc.Net.Compression;

namespace ControlPlane.Grpc.Tests.Contract;

/// <summary>
/// The server and client libraries were compiled against other builds of the two contract assemblies. What they call must be
/// there with exactly that signature, or a call fails when it is first made and not before.
/// </summary>
public sealed class ContractTests
{
    private const string Server = "Grpc.AspNetCore.Server";
    private const string Client = "Grpc.Net.Client";

    private static readonly Assembly[] Contracts = [typeof(Status).Assembly, typeof(ICompressionProvider).Assembly];

    // The numbers are what these versions use. Finding less would mean that the reading is broken, not that all is well.
    [Theory]
    [InlineData(Server, 32)]
    [InlineData(Client, 35)]
    public void Types_UsedByLibrary_AreOffered(string library, int atLeast) => Check(library, (used, offered) =>
    {
        var types = used.Types().ToList();
        Assert.InRange(types.Count, atLeast, int.MaxValue);
        Assert.All(types, type => Assert.True(offered.HasType(type), type));
    });

    [Theory]
    [InlineData(Server, 74)]
    [InlineData(Client, 66)]
    public void Members_UsedByLibrary_AreOfferedAsUsed(string library, int atLeast) => Check(library, (used, offered) =>
    {
        var members = used.Members().ToList();
        Assert.InRange(members.Count, atLeast, int.MaxValue);
        Assert.All(members, member => Assert.True(offered.HasMember(member.Type, member.Member), member.ToString()));
    });

    [Theory]
    [InlineData(Server, 30)]
    [InlineData(Client, 17)]
    public void Overrides_InLibrary_MeetAVirtualMember(string library, int atLeast) => Check(library, (used, offered) =>
    {
        var overrides = used.Overrides().ToList();
        Assert.InRange(overrides.Count, atLeast, int.MaxValue);
        Assert.All(overrides, member => Assert.True(offered.HasVirtual(member.Type, member.Member), member.ToString()));
    });

    // A class that leaves an abstract member open cannot be loaded.
    [Theory]
    [InlineData(Server, 13)]
    [InlineData(Client, 11)]
    public void AbstractMembers_OfClassesTheLibraryDerivesFrom_AreAllOverridden(string library, int atLeast) =>
        Check(library, (used, offered) =>
        {
            var overridden = used.Overrides().ToHashSet();
            var wanted = overridden.Select(member => member.Type).Distinct()
                .SelectMany(type => offered.AbstractMembers(type).Select(member => (type, member))).ToList();
            Assert.InRange(wanted.Count, atLeast, int.MaxValue);
            Assert.All(wanted, member => Assert.Contains(member, overridden));
        });

    [Fact]
    public void OfferedContract_UnknownMember_IsNotFound()
    {
        using var core = new AssemblyFile(Contracts[0]);
        var offered = new OfferedContract(core);

        Assert.True(offered.HasMember("Grpc.Core.Status", "instance String get_Detail`0()"));
        Assert.False(offered.HasMember("Grpc.Core.Status", "instance Object get_Detail`0()"));
        Assert.False(offered.HasMember("Grpc.Core.Status", "static String get_Detail`0()"));
        Assert.False(offered.HasType("Grpc.Core.CallState"));
    }

    private static void Check(string library, Action<UsedContract, OfferedContract> check)
    {
        using var file = new AssemblyFile(Assembly.Load(new AssemblyName(library)));
        using var core = new AssemblyFile(Contracts[0]);
        using var common = new AssemblyFile(Contracts[1]);
        string[] names = [.. Contracts.Select(contract => contract.GetName().Name!)];
        check(new UsedContract(file, names), new OfferedContract(core, common));
    }
}
