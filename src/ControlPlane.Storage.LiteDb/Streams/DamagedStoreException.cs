namespace ControlPlane.Storage.LiteDb;

/// <summary>What is in a file of the store cannot be what was written. The message goes on behind "the store is damaged:".</summary>
internal sealed class DamagedStoreException : Exception
{
    public DamagedStoreException() { }
    public DamagedStoreException(string message) : base(message) { }
    public DamagedStoreException(string message, Exception inner) : base(message, inner) { }
}
