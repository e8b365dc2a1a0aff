using System.Reflection;
using System.Reflection.Metadata;

namespace ControlPlane.Grpc.Tests.Contract;

/// <summary>What an assembly offers to others: its public types and their public and protected members.</summary>
internal sealed class OfferedContract
{
    private readonly AssemblyFile _assembly;
    private readonly Dictionary<string, HashSet<string>> _members = [];
    private readonly Dictionary<string, HashSet<string>> _virtuals = [];
    private readonly Dictionary<string, HashSet<string>> _abstracts = [];

    public OfferedContract(params AssemblyFile[] assemblies)
    {
        _assembly = assemblies[0];
        foreach (var assembly in assemblies)
        {
            _assembly = assembly;
            foreach (var handle in assembly.Reader.TypeDefinitions)
            {
                Add(handle);
            }
        }
    }

    public bool HasType(string type) => _members.ContainsKey(type);

    public bool HasMember(string type, string member) => Has(_members, type, member);

    public bool HasVirtual(string type, string member) => Has(_virtuals, type, member);

    public IEnumerable<string> AbstractMembers(string type) => _abstracts.GetValueOrDefault(type, []);

    private static bool Has(Dictionary<string, HashSet<string>> members, string type, string member) =>
        members.TryGetValue(type, out var known) && known.Contains(member);

    private void Add(TypeDefinitionHandle handle)
    {
        var reader = _assembly.Reader;
        var type = reader.GetTypeDefinition(handle);
        if ((type.Attributes & TypeAttributes.VisibilityMask) is not (TypeAttributes.Public or TypeAttributes.NestedPublic))
        {
            return;
        }

        var name = _assembly.Names.Name(handle);
        _members[name] = [.. type.GetFields().Select(reader.GetFieldDefinition).Where(IsOffered).Select(Describe)];
        _virtuals[name] = [];
        _abstracts[name] = [];
        foreach (var method in type.GetMethods().Select(reader.GetMethodDefinition).Where(IsOffered))
        {
            var description = SignatureNames.Method(reader.GetString(method.Name), method.DecodeSignature(_assembly.Names, null));
            _members[name].Add(description);
            if (method.Attributes.HasFlag(MethodAttributes.Virtual) && !method.Attributes.HasFlag(MethodAttributes.Final))
            {
                _virtuals[name].Add(description);
            }

            if (method.Attributes.HasFlag(MethodAttributes.Abstract))
            {
                _abstracts[name].Add(description);
            }
        }
    }

    private string Describe(FieldDefinition field) =>
        $"field {field.DecodeSignature(_assembly.Names, null)} {_assembly.Reader.GetString(field.Name)}";

    private static bool IsOffered(FieldDefinition field) =>
        (field.Attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family;

    private static bool IsOffered(MethodDefinition method) =>
        (method.Attributes & MethodAttributes.MemberAccessMask)
            is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;
}
