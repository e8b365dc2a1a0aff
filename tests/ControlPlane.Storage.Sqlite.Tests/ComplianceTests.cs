using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Sqlite.Tests;

public sealed class AppendTests : AppendTests<SqliteSource>;

public sealed class IdempotencyTests : IdempotencyTests<SqliteSource>;

public sealed class ClaimTests : ClaimTests<SqliteSource>;

public sealed class CompletionTests : CompletionTests<SqliteSource>;

public sealed class LeaseTests : LeaseTests<SqliteSource>;

public sealed class SteeringTests : SteeringTests<SqliteSource>;
