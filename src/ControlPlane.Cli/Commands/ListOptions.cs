using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using Google.Protobuf;

namespace ControlPlane.Cli.Commands;

/// <summary>How much of a list to show; pages are fetched as needed.</summary>
internal sealed class ListOptions
{
    private const int LargestPage = 1000;

    private readonly Option<int> _limit = new("--limit") { Description = "How many to show at most.", DefaultValueFactory = _ => 50, HelpName = "COUNT" };
    private readonly Option<bool> _all = new("--all") { Description = "Show all, however many." };
    private readonly Option<string> _pageToken =
        Flags.Text("--page-token", "Go on where a list that reached its limit ended; give the same filters.", "TOKEN");

    public void AddTo(Command command)
    {
        _limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--limit expects a number from 1.");
            }
        });
        command.Add(_limit);
        command.Add(_all);
        command.Add(_pageToken);
    }

    /// <summary>
    /// Shows what the pages hold. <paramref name="fetch"/> gives the page for a size and a token, and the token after it.
    /// </summary>
    public async Task RunAsync<T>(
        Session session, IReadOnlyList<Column<T>> columns, Func<int, string, Task<(IReadOnlyList<T> Rows, string Next)>> fetch)
        where T : IMessage
    {
        var remaining = session.Get(_all) ? int.MaxValue : session.Get(_limit);
        var token = session.Get(_pageToken);
        var table = new List<T>();
        do
        {
            var (rows, next) = await fetch(Math.Min(remaining, LargestPage), token);
            (token, remaining) = (next, remaining - rows.Count);
            if (session.Print.Json)
            {
                session.Print.List(rows, columns);
            }
            else
            {
                table.AddRange(rows);
            }
        }
        while (token.Length > 0 && remaining > 0);

        if (!session.Print.Json)
        {
            session.Print.List(table, columns);
        }

        if (token.Length > 0)
        {
            session.Print.Note($"There may be more: --all shows everything, --page-token {token} goes on here.");
        }
    }
}
