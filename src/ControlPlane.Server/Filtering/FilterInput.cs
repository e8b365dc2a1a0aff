using System.Text.Json;

namespace ControlPlane.Server.Filtering;

/// <summary>An event as filters see it. Its payload is parsed when the first filter asks for it, and once.</summary>
/// <param name="id">Its id; empty if it gets one when it is stored.</param>
/// <param name="type">Its type.</param>
/// <param name="instance">Its instance.</param>
/// <param name="labels">Its labels.</param>
/// <param name="json">Its payload; null if it is not JSON or not stored any more.</param>
internal sealed class FilterInput(
    string id, string type, string instance, IReadOnlyDictionary<string, string>? labels, ReadOnlyMemory<byte>? json) : IDisposable
{
    private static readonly Dictionary<string, string> None = [];
    private JsonDocument? _document;

    public Value Id { get; } = Value.Of(id);

    public Value Type { get; } = Value.Of(type);

    public Value Instance { get; } = Value.Of(instance);

    public Value Labels { get; } = Value.Of(labels ?? None);

    public bool HasPayload => json is not null;

    public Value Payload()
    {
        if (json is not { } bytes)
        {
            return Value.Error("the payload is not JSON, or no longer stored");
        }

        _document ??= JsonDocument.Parse(bytes);
        return Value.Of(_document.RootElement);
    }

    public void Dispose() => _document?.Dispose();
}
