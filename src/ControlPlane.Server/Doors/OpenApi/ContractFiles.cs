using ControlPlane.V1;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Doors.OpenApi;

/// <summary>The contract with its comments, which the generated code does not carry: from the descriptors that the build embeds.</summary>
internal static class ContractFiles
{
    private const string Resource = "contract.binpb";
    private const string Package = "controlplane.v1";

    /// <summary>Returns the services of the contract, in the order of their files.</summary>
    public static IReadOnlyList<Google.Protobuf.Reflection.ServiceDescriptor> Services()
    {
        var assembly = typeof(AccessExtensions).Assembly;
        using var stream = assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{assembly} has no {Resource}.");
        var files = FileDescriptorSet.Parser.ParseFrom(stream);
        var registry = new ExtensionRegistry { AnnotationsExtensions.Http, AccessExtensions.RequiredScope, AccessExtensions.PlatformOnly };
        return
        [
            .. FileDescriptor.BuildFromByteStrings(files.File.Select(file => file.ToByteString()), registry)
                .Where(file => file.Package == Package)
                .SelectMany(file => file.Services),
        ];
    }
}
