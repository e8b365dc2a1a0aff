namespace ControlPlane.Architecture.Tests;

/// <summary>
/// Finds circles between the rooms of a project. A room is a folder that has none in it. A file beside folders stands for itself: one
/// may put the rooms together, and another be used by all of them.
/// </summary>
internal static class Circles
{
    /// <summary>The steps that lead from a room back to it, a line for each.</summary>
    public static IEnumerable<string> In(string project)
    {
        CodeFile[] files = [.. House.Everything.Where(file => file.IsBelow(project)).Select(file => new CodeFile(file))];
        HashSet<string> crowded = [.. files.Select(file => Path.GetDirectoryName(file.File.Folder)!), project];
        string RoomOf(CodeFile file) => crowded.Contains(file.File.Folder) ? file.File.Path : file.File.Folder;
        var steps =
            from user in files
            from used in files
            let step = (From: RoomOf(user), To: RoomOf(used))
            where step.From != step.To && user.Uses(used)
            group (user, used) by step;
        var first = steps.ToDictionary(step => step.Key, step => step.First());
        var onward = first.Keys.ToLookup(step => step.From, step => step.To);
        return
            from step in first
            where IsRoom(step.Key.From) && Reaches(onward, step.Key.To, step.Key.From)
            select $"{step.Key.From} -> {step.Key.To} ({step.Value.user.File.Name} uses {step.Value.used.File.Name})";
    }

    private static bool IsRoom(string path) => !path.EndsWith(".cs", StringComparison.Ordinal);

    private static bool Reaches(ILookup<string, string> onward, string start, string end)
    {
        var seen = new HashSet<string>();
        var ahead = new Stack<string>([start]);
        while (ahead.TryPop(out var room))
        {
            if (room == end)
            {
                return true;
            }

            if (seen.Add(room))
            {
                foreach (var next in onward[room])
                {
                    ahead.Push(next);
                }
            }
        }

        return false;
    }
}
