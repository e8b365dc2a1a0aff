using System.Reflection;
using System.Reflection.Metadata;

namespace ControlPlane.Grpc.Tests.Contract;

/// <summary>What a library uses of the contract assemblies.</summary>
internal sealed class UsedContract(AssemblyFile library, IReadOnlyCollection<string> contractAssemblies)
{
    private readonly MetadataReader _reader = library.Reader;

    /// <summary>The types the library names.</summary>
    public IEnumerable<string> Types() =>
        _reader.TypeReferences.Where(IsContract).Select(handle => library.Names.Name(handle));

    /// <summary>The methods and fields the library names: the type that should have each, and its signature.</summary>
    public IEnumerable<(string Type, string Member)> Members()
    {
        foreach (var member in _reader.MemberReferences.Select(_reader.GetMemberReference))
        {
            if (Owner(member.Parent) is { } owner && IsContract(owner))
            {
                yield return (library.Names.Name(owner), Describe(member));
            }
        }
    }

    /// <summary>The virtual methods that the library's classes override, by the contract class each derives from.</summary>
    public IEnumerable<(string Type, string Member)> Overrides()
    {
        foreach (var type in _reader.TypeDefinitions.Select(_reader.GetTypeDefinition))
        {
            if (!type.BaseType.IsNil && Owner(type.BaseType) is { } owner && IsContract(owner))
            {
                foreach (var method in type.GetMethods().Select(_reader.GetMethodDefinition).Where(OverridesItsBase))
                {
                    yield return (
                        library.Names.Name(owner),
                        SignatureNames.Method(_reader.GetString(method.Name), method.DecodeSignature(library.Names, null)));
                }
            }
        }
    }

    private static bool OverridesItsBase(MethodDefinition method) =>
        method.Attributes.HasFlag(MethodAttributes.Virtual) && !method.Attributes.HasFlag(MethodAttributes.NewSlot);

    private string Describe(MemberReference member)
    {
        var name = _reader.GetString(member.Name);
        return member.GetKind() == MemberReferenceKind.Field
            ? $"field {member.DecodeFieldSignature(library.Names, null)} {name}"
            : SignatureNames.Method(name, member.DecodeMethodSignature(library.Names, null));
    }

    // A member of a generic type hangs on an instantiation; what counts is the type behind it.
    private TypeReferenceHandle? Owner(EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeReference)
        {
            return (TypeReferenceHandle)parent;
        }

        if (parent.Kind != HandleKind.TypeSpecification)
        {
            return null;
        }

        var blob = _reader.GetBlobReader(_reader.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
        if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return null;
        }

        blob.ReadByte(); // class or value type
        var generic = blob.ReadTypeHandle();
        return generic.Kind == HandleKind.TypeReference ? (TypeReferenceHandle)generic : null;
    }

    private bool IsContract(TypeReferenceHandle handle)
    {
        var scope = _reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.TypeReference => IsContract((TypeReferenceHandle)scope),
            HandleKind.AssemblyReference => contractAssemblies.Contains(
                _reader.GetString(_reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name)),
            _ => false,
        };
    }
}
