using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Documents of a query, one after another. Must be disposed of before its thread commits.</summary>
internal sealed class Rows(IBsonDataReader? reader) : IDisposable
{
    public BsonDocument Current { get; private set; } = null!;

    public bool Step()
    {
        if (reader?.Read() != true)
        {
            return false;
        }

        Current = reader.Current.AsDocument;
        return true;
    }

    public void Dispose() => reader?.Dispose();
}
