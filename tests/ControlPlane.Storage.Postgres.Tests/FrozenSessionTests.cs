using Npgsql;

namespace ControlPlane.Storage.Postgres.Tests;

/// <summary>A node that stands still with locks in its hands.</summary>
public sealed class FrozenSessionTests : MultiNodeTest
{
    [Fact]
    public async Task Publish_AnotherNodeFrozeWhileItSentATransaction_GoesOn()
    {
        var webhook = await AddWebhookAsync();
        await One.Ownership.JoinAsync("one", Cancel);
        await using var frozen = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Source.Database) { ApplicationName = "controlplane" }.ConnectionString);
        await frozen.OpenAsync(Cancel);
        await using var transaction = await frozen.BeginTransactionAsync(Cancel);
        await using (var counters = new NpgsqlCommand("UPDATE store SET revision = revision", frozen, transaction))
        {
            await counters.ExecuteNonQueryAsync(Cancel);
        }

        // The server waits for more of the client's messages, as in the middle of a script.
        var copy = await frozen.BeginBinaryImportAsync("COPY backlogs FROM STDIN (FORMAT BINARY)", Cancel);

        await PublishAsync(One, webhook, leased: false);

        await Assert.ThrowsAnyAsync<Exception>(async () => await copy.CompleteAsync(Cancel));
    }
}
