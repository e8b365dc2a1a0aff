using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Sqlite.Tests;

public sealed class AppendTests : AppendTests<SqliteSource>;
