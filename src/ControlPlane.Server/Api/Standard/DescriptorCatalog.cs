using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace ControlPlane.Server.Api.Standard;

/// <summary>
/// Finds the proto file that declares a symbol or an extension, among the files of some services and everything they import.
/// Names are full names without a leading dot.
/// </summary>
internal sealed class DescriptorCatalog
{
    private readonly Dictionary<string, FileDescriptor> _files = [];
    private readonly Dictionary<string, FileDescriptor> _symbols = [];
    private readonly Dictionary<string, Dictionary<int, FileDescriptor>> _extensions = [];

    /// <summary>Reads the files of some services.</summary>
    /// <param name="services">The services to describe.</param>
    /// <param name="besides">Files that no service imports, such as those of error details, which clients look up by type.</param>
    public DescriptorCatalog(IEnumerable<ServiceDescriptor> services, params IEnumerable<FileDescriptor> besides)
    {
        var described = services.ToList();
        Services = [.. described.Select(service => service.FullName).Distinct().Order(StringComparer.Ordinal)];
        foreach (var file in described.Select(service => service.File).Concat(besides).SelectMany(WithImports))
        {
            if (_files.TryAdd(file.Name, file))
            {
                AddSymbols(file);
            }
        }
    }

    /// <summary>The names of the services, sorted.</summary>
    public IReadOnlyList<string> Services { get; }

    /// <summary>The file with this path, or null.</summary>
    public FileDescriptor? FindFile(string path) => _files.GetValueOrDefault(path);

    /// <summary>The file that declares a message, field, oneof, enum (or value), extension, service or method, or null.</summary>
    public FileDescriptor? FindFileOfSymbol(string name) => _symbols.GetValueOrDefault(name);

    /// <summary>The file that declares the extension of a message with this number, or null.</summary>
    public FileDescriptor? FindFileOfExtension(string extendedMessage, int number) =>
        _extensions.GetValueOrDefault(extendedMessage)?.GetValueOrDefault(number);

    /// <summary>The numbers of all extensions of a message, sorted; null if there is no such message.</summary>
    public IReadOnlyList<int>? FindExtensionNumbers(string extendedMessage) =>
        _extensions.TryGetValue(extendedMessage, out var numbers) ? [.. numbers.Keys.Order()] : null;

    /// <summary>A file, then everything it imports, each once.</summary>
    public static IReadOnlyCollection<FileDescriptor> WithImports(FileDescriptor file)
    {
        var files = new OrderedDictionary<string, FileDescriptor>();
        Add(file);
        return files.Values;

        void Add(FileDescriptor next)
        {
            if (files.TryAdd(next.Name, next))
            {
                foreach (var import in next.Dependencies)
                {
                    Add(import);
                }
            }
        }
    }

    private void AddSymbols(FileDescriptor file)
    {
        foreach (var service in file.Services)
        {
            Declare(service, file);
            DeclareAll(service.Methods, file);
        }

        foreach (var message in file.MessageTypes)
        {
            AddMessage(message);
        }

        foreach (var type in file.EnumTypes)
        {
            AddEnum(type);
        }

        AddExtensions(file.Extensions, file);
    }

    private void AddMessage(MessageDescriptor message)
    {
        Declare(message, message.File);
        DeclareAll(message.Fields.InDeclarationOrder(), message.File);
        DeclareAll(message.Oneofs, message.File);
        _extensions.TryAdd(message.FullName, []);
        foreach (var nested in message.NestedTypes)
        {
            AddMessage(nested);
        }

        foreach (var type in message.EnumTypes)
        {
            AddEnum(type);
        }

        AddExtensions(message.Extensions, message.File);
    }

    private void AddEnum(EnumDescriptor type)
    {
        Declare(type, type.File);
        // By the rules of the language a value is a sibling of its enum, not inside it.
        var scope = type.FullName[..^type.Name.Length];
        foreach (var value in type.Values)
        {
            _symbols.TryAdd(scope + value.Name, type.File);
        }
    }

    private void AddExtensions(ExtensionCollection extensions, FileDescriptor file)
    {
        foreach (var extension in extensions.UnorderedExtensions)
        {
            Declare(extension, file);
            if (!_extensions.TryGetValue(extension.ExtendeeType.FullName, out var numbers))
            {
                _extensions.Add(extension.ExtendeeType.FullName, numbers = []);
            }

            numbers.TryAdd(extension.FieldNumber, file);
        }
    }

    private void DeclareAll(IEnumerable<IDescriptor> symbols, FileDescriptor file)
    {
        foreach (var symbol in symbols)
        {
            Declare(symbol, file);
        }
    }

    private void Declare(IDescriptor symbol, FileDescriptor file) => _symbols.TryAdd(symbol.FullName, file);
}
