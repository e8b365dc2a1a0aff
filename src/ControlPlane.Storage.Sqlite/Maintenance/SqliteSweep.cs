using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>A sweep whose looks the writer does not wait for.</summary>
internal abstract class SqliteSweep(int batch) : Sweep<Connection, WriteSession>(batch)
{
    /// <summary>Rows to look at in one read.</summary>
    protected const int LookAtMost = 1_000;
}
