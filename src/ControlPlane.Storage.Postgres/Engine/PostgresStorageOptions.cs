namespace ControlPlane.Storage.Postgres;

/// <summary>How to open the store.</summary>
public sealed record PostgresStorageOptions
{
    /// <summary>Where the database is, as Npgsql takes it: <c>Host=db;Database=controlplane;Username=controlplane;Password=...</c>.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The clock that leases and due times follow. Null means the database's.</summary>
    /// <value>Default: null.</value>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>How long a node owns what it owns without saying that it is still there.</summary>
    /// <value>Default: 5 seconds.</value>
    public TimeSpan NodeLease { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often to look for what notifications may not have told.</summary>
    /// <value>Default: 1 second.</value>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long changes of a tenant's webhooks wait at most for those who have to read them again since the last change.</summary>
    /// <value>Default: 1 second.</value>
    internal TimeSpan LongestHold { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether retention waits until a whole day has expired and drops its partitions, instead of removing row by row.</summary>
    /// <value>Default: true.</value>
    public bool DropsDays { get; init; } = true;
}
