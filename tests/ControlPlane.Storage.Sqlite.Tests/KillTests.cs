namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>A process that is killed while it writes.</summary>
public sealed class KillTests : SqliteTests
{
    [Fact]
    public async Task Kill_WhileWriting_LosesNothingAcknowledged()
    {
        for (var round = 1; round <= 3; round++)
        {
            var path = Path.Combine(Folder, $"{round}.db");
            var acknowledged = new List<string>();
            using (var writer = ChildProcess.Start("write", path))
            {
                Assert.Equal("ready", await writer.StandardOutput.ReadLineAsync(Cancel));
                while (acknowledged.Count < 300 * round)
                {
                    acknowledged.Add((await writer.StandardOutput.ReadLineAsync(Cancel))!);
                }

                writer.Kill();
                await writer.WaitForExitAsync(Cancel);
            }

            await using var database = SqliteStorage.OpenDatabase(new SqliteStorageOptions { Path = path });
            Assert.Empty(acknowledged.Except(await ListTenantsAsync(database)));
            Assert.Equal("ok", await database.ReadAsync(c => c.ReadText("PRAGMA integrity_check"), Cancel));
        }
    }
}
