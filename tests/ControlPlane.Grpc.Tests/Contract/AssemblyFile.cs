using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ControlPlane.Grpc.Tests.Contract;

/// <summary>An assembly on disk, read as metadata without being loaded.</summary>
internal sealed class AssemblyFile : IDisposable
{
    private readonly PEReader _file;

    public AssemblyFile(System.Reflection.Assembly assembly)
    {
        _file = new PEReader(File.OpenRead(assembly.Location));
        Reader = _file.GetMetadataReader();
        Names = new SignatureNames(Reader);
    }

    public MetadataReader Reader { get; }

    public SignatureNames Names { get; }

    public void Dispose() => _file.Dispose();
}
