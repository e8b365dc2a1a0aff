using ControlPlane.Storage;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Server.Tests.Administration;

/// <summary>Backing up and checking the store over the API.</summary>
public sealed class StoreCallTests : AdminTest
{
    public static TheoryData<string> WrongNames =>
        ["../out.db", "a/b", "a\\b", "/etc/x", ".hidden", "-flag", "a b", "tab\t", "nul\0", "ä.db", "x.partial", "x.PARTIAL", new string('a', 101)];

    [Fact]
    public async Task Backup_Named_TellsProgressThenTheFile()
    {
        var updates = await BackUpAsync("monday.db");

        Assert.Equal(8192, updates[0].Progress.ExpectedBytes);
        var made = updates[^1].Backup;
        Assert.Equal(("monday.db", 4096, 7, "0123456789abcdef"), (made.Name, made.SizeBytes, made.Revision, made.StoreId));
        Assert.Equal(Assert.Single(Maintenance.Backups), made.Path);
        Assert.Equal("monday.db", Path.GetFileName(made.Path));
        Assert.True(Directory.Exists(Path.GetDirectoryName(made.Path)));
    }

    [Fact]
    public async Task Backup_NoName_IsNamedByTheTime()
    {
        var made = (await BackUpAsync(""))[^1].Backup;

        Assert.Equal("controlplane-20300102T030405Z.db", made.Name);
        Assert.Equal(Clock.GetUtcNow(), made.StartTime.ToDateTimeOffset());
    }

    [Theory]
    [MemberData(nameof(WrongNames))]
    public async Task Backup_NameThatIsNoName_IsRefused(string name)
    {
        var error = await RpcErrors.OfAsync(() => BackUpAsync(name));

        Assert.Equal(StatusCode.InvalidArgument, error.Code);
        Assert.Equal(["name BACKUP_NAME_INVALID"], error.Violations());
        Assert.Empty(Maintenance.Backups);
    }

    [Fact]
    public async Task Backup_NameTaken_AlreadyExists()
    {
        Maintenance.Backup = (_, _) => Task.FromResult<BackupResult>(new BackupResult.Exists());

        var error = await RpcErrors.OfAsync(() => BackUpAsync("monday.db"));

        Assert.Equal((StatusCode.AlreadyExists, "BACKUP_EXISTS"), (error.Code, error.Info.Reason));
    }

    [Fact]
    public async Task Backup_CannotBeWritten_SaysWhy()
    {
        Maintenance.Backup = (_, _) => Task.FromResult<BackupResult>(new BackupResult.Failed("no space left"));

        var error = await RpcErrors.OfAsync(() => BackUpAsync("monday.db"));

        Assert.Equal((StatusCode.FailedPrecondition, "BACKUP_FAILED"), (error.Code, error.Info.Reason));
        Assert.Contains("no space left", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_SecondAtOnce_IsRefusedAndAThirdAfterwardsIsMade()
    {
        var (begun, goOn) = (new TaskCompletionSource(), new TaskCompletionSource<BackupResult>());
        Maintenance.Backup = (_, _) =>
        {
            begun.SetResult();
            return goOn.Task;
        };
        var first = BackUpAsync("one.db");
        await begun.Task;

        var error = await RpcErrors.OfAsync(() => BackUpAsync("two.db"));
        goOn.SetResult(new BackupResult.Done(1, 1));
        await first;
        Maintenance.Backup = (_, _) => Task.FromResult<BackupResult>(new BackupResult.Done(2, 2));
        var third = await BackUpAsync("three.db");

        Assert.Equal((StatusCode.Aborted, "BACKUP_RUNNING"), (error.Code, error.Info.Reason));
        Assert.Equal(2, third[^1].Backup.Revision);
    }

    [Fact]
    public async Task Backup_CallerGoesAway_IsEnded()
    {
        var (begun, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        Maintenance.Backup = async (_, token) =>
        {
            begun.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            finally
            {
                ended.SetResult();
            }

            return new BackupResult.Exists();
        };
        using (Platform.BackupStore(new(), cancellationToken: Cancelled))
        {
            await begun.Task;
        }

        await ended.Task.WaitAsync(Cancelled);
    }

    [Fact]
    public async Task Check_Sound_AnswersNoProblems() =>
        Assert.Empty((await Platform.CheckStoreAsync(new(), cancellationToken: Cancelled)).Problems);

    [Fact]
    public async Task Check_Damaged_AnswersWhatIsWrong()
    {
        Maintenance.Problems.Add("row 5 missing from index");

        Assert.Equal(["row 5 missing from index"], (await Platform.CheckStoreAsync(new(), cancellationToken: Cancelled)).Problems);
    }

    private async Task<List<BackupStoreResponse>> BackUpAsync(string name)
    {
        using var call = Platform.BackupStore(new() { Name = name }, cancellationToken: Cancelled);
        var updates = new List<BackupStoreResponse>();
        await foreach (var update in call.ResponseStream.ReadAllAsync(Cancelled))
        {
            updates.Add(update);
        }

        return updates;
    }
}
