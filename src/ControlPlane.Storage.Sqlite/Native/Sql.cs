using System.Diagnostics.CodeAnalysis;

namespace ControlPlane.Storage.Sqlite;

/// <summary>A fixed SQL text. Made once per text; every connection prepares it once and finds it again by number.</summary>
internal sealed class Sql
{
    private static readonly Lock Registry = new();
    private static readonly List<Sql> All = [];

    public Sql([StringSyntax("sql")] string text)
    {
        Text = text;
        lock (Registry)
        {
            Number = All.Count;
            All.Add(this);
        }
    }

    public string Text { get; }
    public int Number { get; }
}
