using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;

namespace ControlPlane.Storage.Postgres.Tests;

/// <summary>Every statement that stands in the engine finds its rows by an index, whatever its values are. Those put together from filters
/// are the business of <see cref="OwnerPlanTests"/> and <see cref="QueryPlanTests"/>.</summary>
public sealed partial class StatementPlanTests(StatementPlanTests.EmptyStore store) : IClassFixture<StatementPlanTests.EmptyStore>
{
    /// <summary>Tables that stay small however much is stored: one row, one for each node, one for each shard.</summary>
    private static readonly string[] Small = ["store", "nodes", "ownerships", "schema_version"];

    /// <summary>Walks that are meant, and why they end.</summary>
    private static readonly Dictionary<string, string> Meant = new()
    {
        ["CopyReads.Disorder"] = "a copy reads everything",
        ["PostgresChangeFeed.FindBefore"] = "from the last mark back to that time",
        ["RetentionSql.FindYoungChange"] = "what comes before has expired, and retention reads it next",
        ["RetentionSql.FindYoungEvent"] = "what comes before has expired, and retention reads it next",
    };

    private static readonly Dictionary<string, string> Statements = Find();

    public static TheoryData<string> Names => [.. Statements.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Plan_Statement_FindsItsRowsByAnIndex(string name)
    {
        await using var connection = new NpgsqlConnection(store.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await RunAsync(connection, Opening.SessionSettings + "; SET plan_cache_mode = force_generic_plan; SET enable_partition_pruning = off");
        await RunAsync(connection, $"PREPARE statement AS {Statements[name]}");
        var values = (int)(await ReadAsync(connection, "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'statement'"))!;
        var arguments = values == 0 ? "" : $"({string.Join(", ", Enumerable.Repeat("NULL", values))})";

        using var plan = JsonDocument.Parse((string)(await ReadAsync(connection, $"EXPLAIN (FORMAT JSON) EXECUTE statement{arguments}"))!);

        var walks = FindWalks(plan.RootElement[0].GetProperty("Plan")).ToList();
        Assert.True(walks.Count > 0 == Meant.ContainsKey(name), string.Join(", ", walks));
    }

    /// <summary>Scans that no condition of an index bounds, unless they end after a number of rows.</summary>
    private static IEnumerable<string> FindWalks(JsonElement node, bool limited = false)
    {
        var type = node.GetProperty("Node Type").GetString()!;
        limited = type == "Limit" || (limited && type is "Append" or "Merge Append" or "LockRows" or "Subquery Scan" or "Index Scan" or "Index Only Scan");
        if (node.TryGetProperty("Relation Name", out var relation) && !Small.Contains(relation.GetString())
            && !relation.GetString()!.StartsWith("pg_", StringComparison.Ordinal)
            && type.EndsWith("Scan", StringComparison.Ordinal) && !node.TryGetProperty("Index Cond", out _)
            && (type == "Seq Scan" || !limited || node.TryGetProperty("Filter", out _)))
        {
            var index = node.TryGetProperty("Index Name", out var used) ? used.GetString()! : "nothing";
            if (!OfFew().IsMatch(index))
            {
                yield return $"{type} of {relation} by {index}";
            }
        }

        // Without statistics two indexes look the same to the planner: of rows that are named, only the one of the name finds no others.
        // Where a name is joined by no index, each is compared with each.
        foreach (var kind in new[] { "Filter", "Join Filter" })
        {
            if (node.TryGetProperty(kind, out var filter) && Name().IsMatch(filter.GetString()!)
                && ScansOfLarge(node).Any(scan => kind == "Join Filter" || !FindsNamed(scan)))
            {
                yield return $"{type} {kind} {filter}";
            }
        }

        foreach (var found in node.TryGetProperty("Plans", out var below) ? below.EnumerateArray().SelectMany(plan => FindWalks(plan, limited)) : [])
        {
            yield return found;
        }
    }

    private static IEnumerable<JsonElement> ScansOfLarge(JsonElement node) =>
        (node.TryGetProperty("Relation Name", out var relation) && node.GetProperty("Node Type").GetString()!.EndsWith("Scan", StringComparison.Ordinal)
            && Large().IsMatch(relation.GetString()!) ? [node] : Enumerable.Empty<JsonElement>())
        .Concat(node.TryGetProperty("Plans", out var below) ? below.EnumerateArray().SelectMany(ScansOfLarge) : []);

    private static bool FindsNamed(JsonElement scan) => scan.TryGetProperty("Index Cond", out var condition) && Name().IsMatch(condition.GetString()!);

    private static Dictionary<string, string> Find() => typeof(PostgresStorage).Assembly.GetTypes()
        .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(field => field.FieldType == typeof(string))
        .Select(field => (Name: $"{field.DeclaringType!.Name}.{field.Name}", Sql: (string)field.GetValue(null)!))
        .Where(each => Statement().IsMatch(each.Sql) && !Beginning().IsMatch(each.Name) && !each.Sql.Contains("{0}", StringComparison.Ordinal))
        .ToDictionary(each => each.Name, each => each.Sql.Replace("NOW", "0::bigint", StringComparison.Ordinal));

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public sealed class EmptyStore : IAsyncLifetime
    {
        public string ConnectionString { get; private set; } = "";

        public async ValueTask InitializeAsync() => ConnectionString = await TestDatabases.CreateAsync();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Indexes of what is few at any time: what is being sent, and webhooks that are to be removed.</summary>
    [GeneratedRegex(@"^(deliveries_d\d+_lease_until_idx|webhooks_deleted)$")]
    private static partial Regex OfFew();

    [GeneratedRegex(@"^(events|deliveries|payloads|attempts|event_names)")]
    private static partial Regex Large();

    /// <summary>Whether a condition asks for rows by what names them.</summary>
    [GeneratedRegex(@"\b(id|seq|event_seq|delivery_seq) = ")]
    private static partial Regex Name();

    /// <summary>What statements begin with that say elsewhere which rows they mean.</summary>
    [GeneratedRegex(@"\.Select(From|Whole)?$")]
    private static partial Regex Beginning();

    [GeneratedRegex(@"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")]
    private static partial Regex Statement();
}
