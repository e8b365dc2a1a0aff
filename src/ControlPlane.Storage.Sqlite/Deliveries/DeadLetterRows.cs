namespace ControlPlane.Storage.Sqlite;

/// <summary>Which deliveries are dead: looked for among everything else by webhook and tenant.</summary>
internal static class DeadLetterRows
{
    private static readonly Sql InsertOne = new(
        "INSERT INTO dead_letters SELECT seq, webhook_seq, tenant_seq FROM deliveries WHERE seq = ?");

    private static readonly Sql DeleteRun = new("DELETE FROM dead_letters WHERE delivery >= ? AND delivery <= ?");

    public static void Insert(WriteSession session, long delivery) => session.Use(InsertOne).Bind(delivery).Run();

    public static void Delete(WriteSession session, long delivery) => Delete(session, delivery, delivery);

    public static void Delete(WriteSession session, long first, long last) => session.Use(DeleteRun).Bind(first).Bind(last).Run();
}
